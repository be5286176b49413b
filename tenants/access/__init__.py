"""The one door to rights: every question "may they?" is asked here.

    require(actor, "execution.kill", namespace_id)     raises, 404 when they may not even see it
    visible(actor, "flow.view", Flow.objects.all())    a query of what they may see
    touchable(actor, "flow.edit", Flow.objects.all())  and of what they may see and change
    can(actor, "flow.edit", flow)                      a plain answer

Rights are read inside the current tenant. Answers are remembered for one request (in the actor)
and never longer, so a revoked right is gone with the next request.
"""

from __future__ import annotations

from typing import Protocol, TypeVar, runtime_checkable
from uuid import UUID

from django.db.models import Model, QuerySet

from downbeat.common.errors import Denied, NotFound
from downbeat.common.scope import current_tenant
from tenants.access import queries, usage
from tenants.actors import Actor, Reach
from tenants.contracts import NamespaceRef
from tenants.policy import PERMISSIONS, in_scopes, known, seeing


@runtime_checkable
class InNamespace(Protocol):
    """An object that lives in a namespace."""

    namespace_id: UUID


class Ungranted(Denied):
    """You cannot give away what you do not hold yourself: {missing}."""

    code = "denied.grant"


Target = UUID | NamespaceRef | InNamespace | str | None
M = TypeVar("M", bound=Model)


def can(actor: Actor, permission: str, target: Target = None) -> bool:
    """Whether the actor may do that there; without a target, in the whole tenant.

    A text is a namespace's path, and stands for its nearest ancestor where it does not exist.
    """
    if not in_scopes(known(permission), actor.scopes):
        return False
    if actor.is_boundless:
        return True
    if target is None:
        return _reach(actor, permission).everywhere
    return _holds_at(actor, permission, _place(target))


def can_somewhere(actor: Actor, permission: str) -> bool:
    """Whether the actor may do that in at least one namespace."""
    if not in_scopes(known(permission), actor.scopes):
        return False
    if actor.is_boundless:
        return True
    return _reach(actor, permission).somewhere


def require(actor: Actor, permission: str, target: Target = None) -> None:
    """Raises Denied (403) without the right, and NotFound (404) where they see nothing at all."""
    if can(actor, permission, target):
        _note(actor, permission)
        return
    if can(actor, seeing(permission), target):
        raise Denied(permission=permission)
    # The message does not say which right was missing; the audit trail does.
    raise NotFound(permission=permission)


def require_somewhere(actor: Actor, permission: str) -> None:
    """The same for requests that name no place: the floor under every route."""
    if can_somewhere(actor, permission):
        _note(actor, permission)
        return
    if can_somewhere(actor, seeing(permission)):
        raise Denied(permission=permission)
    # The message does not say which right was missing; the audit trail does.
    raise NotFound(permission=permission)


def held(actor: Actor, target: Target = None) -> tuple[str, ...]:
    """All that the actor may do at a place; without one, all that they may do somewhere.

    For interfaces that leave out what would be refused. One query; what is asked for afterwards
    is still checked by `require`.
    """
    if actor.is_boundless:
        ids = None
    elif target is not None:
        ids = _held(actor, _place(target))
    else:
        ids = queries.held_anywhere(actor.id) if actor.id else frozenset()
    return tuple(
        name
        for name in PERMISSIONS
        if in_scopes(name, actor.scopes) and (ids is None or queries.permission_id(name) in ids)
    )


def visible(
    actor: Actor, permission: str, rows: QuerySet[M], *, field: str = "namespace_id"
) -> QuerySet[M]:
    """The rows in namespaces where the actor holds a permission. Call inside a tenant scope."""
    if not in_scopes(known(permission), actor.scopes):
        return rows.none()
    if actor.is_boundless:
        return rows
    reach = _reach(actor, permission)
    if reach.everywhere:
        return rows
    if actor.id is None or not reach.somewhere:
        return rows.none()
    return rows.filter(**{f"{field}__in": queries.held_below(actor.id, permission)})


def touchable(
    actor: Actor, permission: str, rows: QuerySet[M], *, field: str = "namespace_id"
) -> QuerySet[M]:
    """The rows that the actor may see among those where they hold a permission.

    For acts on all that a query finds: what nobody shows them they cannot mean, as by its id.
    """
    held = visible(actor, permission, rows, field=field)
    sight = seeing(permission)
    return held if sight == permission else visible(actor, sight, held, field=field)


def require_grantable(actor: Actor, permissions: frozenset[str], target: Target) -> None:
    """Nobody grants what they do not hold; raises Ungranted with what is missing."""
    missing = sorted(name for name in permissions if not can(actor, name, target))
    if missing:
        raise Ungranted(missing=", ".join(missing))


def _note(actor: Actor, permission: str) -> None:
    if actor.id is not None:
        usage.note(current_tenant(), actor.id, permission)


def _reach(actor: Actor, permission: str) -> Reach:
    if permission not in actor.reaches:
        nobody = Reach(somewhere=False, everywhere=False)
        actor.reaches[permission] = queries.reach(actor.id, permission) if actor.id else nobody
    return actor.reaches[permission]


def _holds_at(actor: Actor, permission: str, place: UUID | str) -> bool:
    known = actor.reaches.get(permission)
    if known is not None and (known.everywhere or not known.somewhere):
        return known.everywhere
    return queries.permission_id(permission) in _held(actor, place)


def _held(actor: Actor, place: UUID | str) -> frozenset[int]:
    """All that the actor holds at a place: asked once, for a route asks more than one question."""
    if place not in actor.held:
        if actor.id is None:
            return frozenset()
        found = queries.held_at(actor.id, place)
        if found is None and isinstance(place, str):
            raise NotFound("tenant")
        id, held = found or (place, frozenset())
        actor.held[id] = actor.held[place] = held
    return actor.held[place]


def _place(target: UUID | NamespaceRef | InNamespace | str) -> UUID | str:
    match target:
        case UUID() | str():
            return target
        case NamespaceRef():
            return target.id
        case _:
            return target.namespace_id
