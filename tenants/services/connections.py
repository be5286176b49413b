"""Connections of namespaces: typed credentials, written by people and read by attempts.

What a type admits is known to the app above, which checks it before it comes here. The values are
sealed together, authenticated with their place: copied into another row they do not open.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.db import IntegrityError, transaction

from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import ConnectionRef, NewConnection
from tenants.errors import (
    BadConnectionName,
    ConnectionExists,
    ConnectionMissing,
    ConnectionTooLarge,
    NamespaceNotFound,
)
from tenants.models import Connection
from tenants.paths import lineage
from tenants.selectors import namespaces
from tenants.services import audit, keys
from tenants.services.namespaces import ensure_namespace

MOST_BYTES: Final = 64 * 1024
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,149}")
_TAKEN: Final = frozenset({"inherited"})
"""Addresses of their own below the connections of a namespace."""


def create_connection(actor: Actor, namespace: str, new: NewConnection) -> ConnectionRef:
    """A new connection; raises ConnectionExists."""
    if _NAME.fullmatch(new.name) is None or new.name in _TAKEN:
        raise BadConnectionName(name=new.name)
    with tenant_scope(current_tenant()):
        place = ensure_namespace(actor, namespace)
        require(actor, "connection.edit", place.id)
        row = Connection(namespace_id=place.id, name=new.name, kind=new.type, version=1)
        _write(row, actor, new, new.values)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise ConnectionExists(name=new.name, namespace=namespace) from None
        _record(actor, row, "created", place.path, after=_state(row))
        return _reference(row, place.path)


def update_connection(actor: Actor, namespace: str, new: NewConnection) -> ConnectionRef:
    """Other values for a connection; hidden ones that are not written again stay."""
    with tenant_scope(current_tenant()):
        row = _own(actor, namespace, new.name, "connection.edit")
        before = _state(row)
        kept = _opened(row) if row.kind == new.type else {}
        kept = {name: value for name, value in kept.items() if name in new.hidden}
        row.kind = new.type
        row.version += 1
        _write(row, actor, new, {**kept, **new.values})
        row.save()
        _record(actor, row, "updated", namespace, before=before, after=_state(row))
        return _reference(row, namespace)


def delete_connection(actor: Actor, namespace: str, name: str) -> None:
    """Forgets a connection."""
    with tenant_scope(current_tenant()):
        row = _own(actor, namespace, name, "connection.delete")
        _record(actor, row, "deleted", namespace, before=_state(row))
        row.delete()


def connection(actor: Actor, namespace: str, name: str) -> ConnectionRef:
    """A connection of exactly that namespace; raises ConnectionMissing."""
    with tenant_scope(current_tenant()):
        return _reference(_own(actor, namespace, name, "connection.view"), namespace)


def connections(actor: Actor, namespace: str) -> Sequence[ConnectionRef]:
    """All connections of a namespace by name, without those above it and without their values."""
    with tenant_scope(current_tenant()):
        place = namespaces.by_path(namespace)
        if place is None:
            raise NamespaceNotFound(namespace)
        require(actor, "connection.view", place.id)
        rows = Connection.objects.filter(namespace_id=place.id).order_by("name")
        return [_closed(row, namespace) for row in rows]


def inherited_connections(actor: Actor, namespace: str) -> Mapping[str, Sequence[ConnectionRef]]:
    """The connections that a namespace takes from those above it, the nearest namespace first.

    One that a nearer namespace has under the same name is not among them. Values are left out.
    """
    with tenant_scope(current_tenant()):
        require(actor, "connection.view", namespace)
        found: dict[str, list[ConnectionRef]] = {}
        seen: set[str] = set()
        for row in sorted(_of_lineage(namespace), key=_nearness):
            if row.name not in seen and row.namespace.path != namespace:
                found.setdefault(row.namespace.path, []).append(_reference(row, row.namespace.path))
            seen.add(row.name)
    return found


def resolve_connection(namespace: str, type: str, name: str | None) -> ConnectionRef | None:
    """The connection that a flow of a namespace means: the nearest of that name, of any type.

    Without a name, the nearest of that type that is named as its type.
    """
    with tenant_scope(current_tenant()):
        rows = _of_lineage(namespace, name=name or type)
        if name is None:
            rows = [row for row in rows if row.kind == type]
        nearest = min(rows, key=_nearness, default=None)
        return None if nearest is None else _reference(nearest, nearest.namespace.path)


def _of_lineage(namespace: str, **facts: str) -> list[Connection]:
    rows = Connection.objects.filter(namespace__path__in=lineage(namespace), **facts)
    return list(rows.select_related("namespace"))


def _nearness(row: Connection) -> tuple[int, str]:
    return -len(row.namespace.ancestors), row.name


def _own(actor: Actor, namespace: str, name: str, permission: str) -> Connection:
    place = namespaces.by_path(namespace)
    if place is None:
        raise NamespaceNotFound(namespace)
    require(actor, permission, place.id)
    rows = Connection.objects.filter(namespace_id=place.id, name=name)
    row = (rows if permission == "connection.view" else rows.select_for_update()).first()
    if row is None:
        raise ConnectionMissing(name, namespace)
    return row


def _state(row: Connection) -> dict[str, object]:
    """What the audit trail keeps of a connection: none of its values."""
    return {"type": row.kind, "description": row.description, "version": row.version}


def _record(
    actor: Actor,
    row: Connection,
    event: str,
    namespace: str,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    change = Change.of("connection", event, row.name, namespace=namespace)
    audit.record(actor, change, before=before, after=after)


def _write(row: Connection, actor: Actor, new: NewConnection, values: Mapping[str, Any]) -> None:
    said = {name: value for name, value in values.items() if value is not None}
    text = json.dumps(said)
    if (size := len(text)) > MOST_BYTES:
        raise ConnectionTooLarge(most=MOST_BYTES, size=size)
    row.values = keys.encrypt(text, context=context_of(row))
    row.updated_by = actor.id
    if new.description is not None:
        row.description = new.description


def _opened(row: Connection) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(keys.decrypt(row.values, context=context_of(row)))
    return found


def _reference(row: Connection, namespace: str) -> ConnectionRef:
    return replace(_closed(row, namespace), values=_opened(row))


def _closed(row: Connection, namespace: str) -> ConnectionRef:
    return ConnectionRef(
        id=row.id,
        namespace=namespace,
        name=row.name,
        type=row.kind,
        description=row.description,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def context_of(row: Connection) -> str:
    """What sealed values are authenticated with."""
    return f"connection|{row.tenant_id}|{row.namespace_id}|{row.name}|{row.kind}|{row.version}"
