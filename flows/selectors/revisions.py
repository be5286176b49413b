"""Finds revisions; parsed ones are kept per process, because a revision never changes.

Only a move of its namespace writes a revision anew: so the namespace belongs to what is remembered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Any
from uuid import UUID

from downbeat.common.errors import FieldError
from downbeat.common.scope import current_tenant, tenant_scope
from flows.contracts import RevisionRef
from flows.models import Flow, FlowRevision
from flows.selectors.catalogue import registry
from flows.services.errors import RevisionUnreadable
from flows.spec.flow import FlowSpec
from flows.spec.parse import parse_flow
from tenants import facade as tenants
from tenants.access import visible
from tenants.actors import Actor

CACHED_REVISIONS = 512
MOST_REASONS = 3
"""Errors of a source that are told at once."""
Key = tuple[UUID, UUID, int, str, str]


class _Parsed:
    """A bounded cache of parsed revisions, shared by the threads of a process."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[Key, tuple[FlowSpec, str]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> tuple[FlowSpec, str] | None:
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def put(self, key: Key, parsed: tuple[FlowSpec, str]) -> None:
        with self._lock:
            self._entries[key] = parsed
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)


_parsed = _Parsed(CACHED_REVISIONS)


def published(
    tenant_id: UUID, namespace: str, flow_id: str, revision: int | None = None
) -> RevisionRef | None:
    """A flow's current revision, or the numbered one; ``None`` if there is no such flow.

    A deleted flow is found only by number.
    """
    with tenant_scope(tenant_id):
        row = Flow.objects.filter(namespace=namespace, flow_id=flow_id).first()
        if row is None or (row.deleted and revision is None):
            return None
        return _reference(row, revision or row.revision)


def current_revisions(actor: Actor, namespace: str, *, most: int) -> Iterator[RevisionRef]:
    """The current revisions that the actor may see in a namespace and below; the empty path: all.

    Those that cannot be read any more are left out. Parses what no one has read yet.
    """
    with tenant_scope(current_tenant()):
        rows = visible(actor, "flow.view", Flow.objects.filter(deleted=False))
        if namespace:
            rows = rows.filter(namespace=namespace) | rows.filter(
                namespace__startswith=f"{namespace}."
            )
        for row in rows.order_by("namespace", "flow_id")[:most]:
            found = _reference(row, row.revision)
            if found is not None:
                yield found


def by_uid(tenant_id: UUID, uid: UUID, revision: int) -> RevisionRef:
    """A revision by the flow's key, also of a deleted flow; ``LookupError`` if there is none.

    One that was saved and cannot be read any more is ``RevisionUnreadable``.
    """
    with tenant_scope(tenant_id):
        row = Flow.objects.filter(id=uid).first()
        found = _reference(row, revision) if row else None
        if found is None:
            problem = unreadable(row, revision) if row else None
            raise problem or LookupError(f"There is no revision {revision} of flow {uid}")
        return found


def unreadable(row: Flow, revision: int) -> RevisionUnreadable | None:
    """Why a stored revision cannot be read by this version; None if it can, or if there is none."""
    if _reference(row, revision) is not None:
        return None
    stored = FlowRevision.objects.filter(flow_uid=row.id, revision=revision).first()
    if stored is None:
        return None
    defaults, _ = namespace_defaults(row.namespace)
    errors = parse_flow(stored.source, registry(), namespace_defaults=defaults).errors
    return RevisionUnreadable(
        revision=revision,
        namespace=row.namespace,
        flow_id=row.flow_id,
        why="; ".join(map(str, errors[:MOST_REASONS])),
        errors=[
            FieldError(found.message, found.path or None, found.line, found.column, found.code)
            for found in errors
        ],
    )


def specs(
    tenant_id: UUID, wanted: Iterable[tuple[UUID, int]]
) -> Mapping[tuple[UUID, int], RevisionRef]:
    """Many revisions at once, as ``(uid, number)`` → revision; missing ones are left out."""
    pairs = set(wanted)
    with tenant_scope(tenant_id):
        rows = {row.id: row for row in Flow.objects.filter(id__in={uid for uid, _ in pairs})}
        found = {
            (uid, number): _reference(rows[uid], number) for uid, number in pairs if uid in rows
        }
    return {key: reference for key, reference in found.items() if reference is not None}


def _reference(row: Flow, revision: int) -> RevisionRef | None:
    defaults, mark = namespace_defaults(row.namespace)
    key = (row.tenant_id, row.id, revision, mark, row.namespace)
    parsed = _parsed.get(key)
    if parsed is None:
        stored = FlowRevision.objects.filter(flow_uid=row.id, revision=revision).first()
        if stored is None:
            return None
        outcome = parse_flow(stored.source, registry(), namespace_defaults=defaults)
        if outcome.flow is None:
            return None
        parsed = (outcome.flow, stored.source)
        if outcome.flow.namespace == row.namespace:  # it has not moved between the two queries
            _parsed.put(key, parsed)
    spec, source = parsed
    return RevisionRef(
        uid=row.id,
        tenant_id=row.tenant_id,
        namespace_id=row.namespace_id,
        namespace=row.namespace,
        flow_id=row.flow_id,
        revision=revision,
        spec=spec,
        source=source,
        disabled=row.disabled,
        deleted=row.deleted,
    )


def namespace_defaults(path: str) -> tuple[tuple[Mapping[str, Any], ...], str]:
    """The plug-in defaults that a namespace hands down, and a mark that changes with them."""
    found = tenants.namespace(path)
    defaults = tuple(found.plugin_defaults) if found else ()
    return defaults, repr(defaults) if defaults else ""
