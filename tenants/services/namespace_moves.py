"""Gives a namespace another place in the tree, with all that hangs on it.

Theory of operation. What belongs to a namespace points at its row, which stays: secrets,
connections, managers, bindings, quotas, policies and retention move by moving the row. Where a path
is written down instead, it is written anew in the same transaction, here and by the other apps
(`NamespaceMoving`). Rows are locked from the top, so that nobody writes below a path that is going.

A flow says in its own source where it lives, and so does the history of its executions: a namespace
with either stays where it is (the other apps refuse).

Moving is giving: whoever holds rights above the new place holds them on what arrives there. So the
one who moves has to hold at the old place whatever the new one gives to anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import connections

from downbeat.common import events
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require, require_grantable
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import NamespaceMoving, NamespaceRef
from tenants.errors import BadNamespace, NamespaceExists, NamespaceNotFound
from tenants.life_errors import MoveIntoItself
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
from tenants.services import audit, shadows
from tenants.services.namespaces import ensure_namespace

_HOLD: Final = """
    select 1 from tenants_namespace
     where tenant_id = %s and id = %s and path = %s for key share
"""


def move_namespace(actor: Actor, path: str, to: str) -> NamespaceRef:
    """The namespace and those below it, at another path; missing namespaces above that are made.

    Needs `namespace.delete` at the old place, `namespace.create` at the new one, and every right
    that anybody holds above the new place. Raises NamespaceExists, BadNamespace, MoveIntoItself,
    Ungranted, and what other apps refuse with: NamespaceInUse, NamespaceHasExecutions.
    """
    with tenant_scope(current_tenant()):
        shadows.rights_locked()
        rows = _locked_subtree(path)
        top = rows[0]
        require(actor, "namespace.delete", top.id)
        moves = _moves(rows, path, to)
        require(actor, "namespace.create", parent(to))
        if Namespace.objects.filter(path=to).exists():
            raise NamespaceExists(path=to)
        require_grantable(actor, _given_by(path, to), top.id)
        if parent(to) != ROOT:
            ensure_namespace(actor, parent(to))
        _move_rows(rows, moves, Namespace.objects.get(path=parent(to)))
        _rewrite(moves)
        events.emit(NamespaceMoving(current_tenant(), {row.id: row.path for row in rows}, moves))
        change = Change.of("namespace", "moved", to, namespace=to, namespaces=len(rows))
        audit.record(actor, change, before={"path": path}, after={"path": to})
        found = selectors.by_path(to)
        if found is None:
            raise NamespaceNotFound(to)
        return found


def hold_namespace(place: NamespaceRef) -> None:
    """Keeps a namespace where it is until this transaction ends; raises NamespaceNotFound.

    For whoever writes its path down: it may have been moved since it was looked up.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(_HOLD, [current_tenant(), place.id, place.path])
        if cursor.fetchone() is None:
            raise NamespaceNotFound(place.path)


def _locked_subtree(path: str) -> list[Namespace]:
    """The namespace and all below it, the topmost first."""
    rows = Namespace.objects.select_for_update().filter(ancestors__contains=[path])
    found = sorted(rows.exclude(path=ROOT), key=lambda row: row.path)
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
