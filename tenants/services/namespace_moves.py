"""Gives a namespace another place in the tree, with all that hangs on it.

Theory of operation. What belongs to a namespace points at its row, which stays: secrets,
connections, managers, bindings, quotas, policies and retention move by moving the row. Where a path
is written down instead, it is written anew in the same transaction, here and by the other apps
(`NamespaceMoving`): flows say in their source where they live, executions have it in their row.

What cannot be written anew keeps the old path: files of executions carry it in their address, and
what was sealed before names it. So the old path stays the namespace's own (`FormerPath`), and leads
to it, until nothing bears it any more. Nobody else may take it meanwhile.

Nothing moves while it runs: a worker knows its place by the path. Locks are taken in the order in
which others take them (flows, triggers, namespaces from the top), so that nobody waits in a circle.
Whoever writes a path down holds the namespace's row (`hold_namespace`), and so does a start.

Moving is giving: whoever holds rights above the new place holds them on what arrives there. So the
one who moves has to hold at the old place whatever the new one gives to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import IntegrityError, OperationalError, connections
from django.db.models import QuerySet
from psycopg.errors import DeadlockDetected, UniqueViolation

from downbeat.common import events
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require, require_grantable
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import (
    MoveReport,
    NamespaceLeaving,
    NamespaceMovePlanned,
    NamespaceMoving,
    NamespaceRef,
)
from tenants.errors import BadNamespace, NamespaceExists, NamespaceNotFound
from tenants.life_errors import MoveDisturbed, MoveIntoItself
from tenants.models import (
    Binding,
    IdentityProvider,
    Invitation,
    KillSwitch,
    Namespace,
    StorageUse,
)
from tenants.models.invitations import InvitationState
from tenants.paths import ROOT, lineage, parent, valid_path
from tenants.selectors import namespaces as selectors
from tenants.services import audit, former_paths, limits, shadows
from tenants.services.namespaces import ensure_namespace, refuse_missing

_HOLD: Final = """
    select 1 from tenants_namespace
     where tenant_id = %s and id = %s and path = %s for key share
"""


@dataclass(frozen=True)
class Moved:
    """A namespace at its new place, and what the move meant."""

    place: NamespaceRef
    report: MoveReport


def move_namespace(actor: Actor, path: str, to: str) -> Moved:
    """The namespace and those below it, at another path; missing namespaces above that are made.

    Needs `namespace.delete` at the old place, `namespace.create` at the new one, and every right
    that anybody holds above the new place. Raises NamespaceExists, BadNamespace, MoveIntoItself,
    PathReserved, Ungranted, MoveDisturbed, and what other apps refuse with while something runs.
    """
    try:
        return _move(actor, path, to)
    except OperationalError as problem:
        if isinstance(problem.__cause__, DeadlockDetected):
            raise MoveDisturbed(path=path) from None
        raise
    except IntegrityError as problem:
        if isinstance(problem.__cause__, UniqueViolation):  # somebody made one there meanwhile
            raise NamespaceExists(path=to) from None
        raise


def _move(actor: Actor, path: str, to: str) -> Moved:
    with tenant_scope(current_tenant()):
        shadows.rights_locked()
        _lock_below(path)
        rows = _locked_subtree(path)
        moves, report = _planned(actor, rows, path, to)
        if parent(to) != ROOT:
            ensure_namespace(actor, parent(to))
        _move_rows(rows, moves, Namespace.objects.get(path=parent(to)))
        places = {row.id: row.path for row in rows}
        former_paths.remember(places, moves)
        _rewrite(moves)
        limits.changed(current_tenant())
        events.emit(NamespaceMoving(current_tenant(), places, moves))
        change = Change.of("namespace", "moved", to, namespace=to, **report.counts)
        audit.record(actor, change, before={"path": path}, after={"path": to})
        found = selectors.by_path(to)
        if found is None:
            raise NamespaceNotFound(to)
        report.mentions = [
            replace(one, namespace=moves.get(one.namespace, one.namespace))
            for one in report.mentions
        ]
        return Moved(found, report)


def plan_move(actor: Actor, path: str, to: str) -> MoveReport:
    """What the move would mean, without moving; raises what would refuse it now."""
    with tenant_scope(current_tenant()):
        rows = _subtree(Namespace.objects.all(), path)
        report = _planned(actor, rows, path, to)[1]
        if parent(to) != ROOT:
            refuse_missing(actor, parent(to))
        return report


def _planned(
    actor: Actor, rows: list[Namespace], path: str, to: str
) -> tuple[dict[str, str], MoveReport]:
    """New paths by old ones, once nothing refuses the move, and what it means."""
    top = rows[0]
    require(actor, "namespace.delete", top.id)
    moves = _moves(rows, path, to)
    require(actor, "namespace.create", parent(to))
    if Namespace.objects.filter(path=to).exists():
        raise NamespaceExists(path=to)
    for row in rows:
        former_paths.refuse_reserved(actor, [moves[row.path]], own=[row.id])
    require_grantable(actor, _given_by(path, to), top.id)
    report = MoveReport(counts={"namespaces": len(rows)})
    places = {row.id: row.path for row in rows}
    events.emit(NamespaceMovePlanned(current_tenant(), actor, places, moves, report))
    return moves, report


def _lock_below(path: str) -> None:
    """What others lock before they look at the namespace's row is locked before it here, too."""
    rows = _subtree(Namespace.objects.all(), path)
    events.emit(NamespaceLeaving(current_tenant(), {row.id: row.path for row in rows}))


def hold_namespace(place: NamespaceRef) -> None:
    """Keeps a namespace where it is until this transaction ends; raises NamespaceNotFound.

    For whoever writes its path down: it may have been moved since it was looked up.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(_HOLD, [current_tenant(), place.id, place.path])
        if cursor.fetchone() is None:
            raise NamespaceNotFound(place.path)


def _locked_subtree(path: str) -> list[Namespace]:
    """The namespace and all below it, the topmost first; nobody writes below it until the end."""
    return _subtree(Namespace.objects.select_for_update(), path)


def _subtree(rows: QuerySet[Namespace], path: str) -> list[Namespace]:
    below = rows.filter(ancestors__contains=[path]).exclude(path=ROOT).order_by("path")
    found = sorted(below, key=lambda row: row.path)
    if path == ROOT or not found or found[0].path != path:
        raise NamespaceNotFound(path)
    return found


def _moves(rows: Iterable[Namespace], path: str, to: str) -> dict[str, str]:
    """New paths by old ones; raises BadNamespace for one that may not be called so."""
    if path in lineage(to):
        raise MoveIntoItself(path=path, to=to)
    moves = {row.path: to + row.path[len(path) :] for row in rows}
    for new in moves.values():
        if not valid_path(new):
            raise BadNamespace(path=new)
    return moves


def _given_by(path: str, to: str) -> frozenset[str]:
    """What bindings above the new place give, that are not above the old one already."""
    new = set(lineage(parent(to))) - set(lineage(parent(path)))
    roles = Binding.objects.filter(namespace__path__in=new).values_list(
        "role__permissions", flat=True
    )
    return frozenset(name for permissions in roles for name in permissions)


def _move_rows(rows: list[Namespace], moves: Mapping[str, str], above: Namespace) -> None:
    rows[0].parent_id = above.id
    for row in rows:
        Namespace.objects.filter(id=row.id).update(
            path=moves[row.path], ancestors=lineage(moves[row.path]), parent_id=row.parent_id
        )


def _rewrite(moves: Mapping[str, str]) -> None:
    """Writes the paths anew that are written down in this app."""
    for row in Namespace.objects.filter(allowed_namespaces__overlap=list(moves)):
        # Otherwise whoever makes a namespace of the old name would be let in.
        allowed = [moves.get(one, one) for one in row.allowed_namespaces]
        Namespace.objects.filter(id=row.id).update(allowed_namespaces=allowed)
    for old, new in moves.items():
        KillSwitch.objects.filter(tenant_id=current_tenant(), namespace=old).update(namespace=new)
    # Measured anew by who keeps it.
    StorageUse.objects.filter(namespace__in=list(moves)).delete()
    for waiting in Invitation.objects.filter(state=InvitationState.PENDING):
        if (bindings := _renamed(waiting.bindings, moves)) != waiting.bindings:
            Invitation.objects.filter(id=waiting.id).update(bindings=bindings)
    for provider in IdentityProvider.objects.all():
        rules = _with_places(provider.rules, moves)
        if rules != provider.rules:
            IdentityProvider.objects.filter(id=provider.id).update(rules=rules)


def _renamed(items: list[dict[str, Any]], moves: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {**item, "namespace": moves.get(item.get("namespace") or "", item.get("namespace"))}
        for item in items
    ]


def _with_places(rules: Mapping[str, Any], moves: Mapping[str, str]) -> dict[str, Any]:
    """Rules of a provider: roles for newcomers name namespaces."""
    roles = rules.get("default_roles")
    return {**rules, "default_roles": _renamed(roles, moves)} if roles else dict(rules)
