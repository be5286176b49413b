"""What namespaces keep in this app goes with them when they move: flows, files and pairs.

A flow says in its source where it lives. So every revision is written anew in that place, and
nowhere else: numbers, authors and dates stay, so that an old execution is replayed with what it ran.
What other flows say of the old path is theirs to mend, and is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection, transaction

from downbeat.common import events
from downbeat.common.scope import current_tenant
from downbeat.common.storage import storage_for
from flows.models import Flow, FlowRevision, NamespaceFile
from flows.services.errors import SourceStays
from flows.services.files import folder_of
from flows.services.publish import checksum
from flows.spec.renaming import Steps, renamed, replaced_in
from tenants.access import require
from tenants.contracts import NamespaceLeaving, NamespaceMovePlanned, NamespaceMoving
from tenants.paths import parent

BATCH: Final = 200

_REVISIONS: Final = """
update flow_revision r set source = n.source, checksum = n.checksum
  from unnest(%s::uuid[], %s::text[], %s::text[]) as n(id, source, checksum)
 where r.tenant_id = %s and r.id = n.id
"""
_DOCUMENTS: Final = """
update flow f set document = n.document, checksum = n.checksum
  from unnest(%s::uuid[], %s::jsonb[], %s::text[]) as n(id, document, checksum)
 where f.tenant_id = %s and f.id = n.id
"""
_PLACES: Final = """
update {table} t set namespace = m.path from unnest(%s::uuid[], %s::text[]) as m(id, path)
 where t.tenant_id = %s and t.namespace_id = m.id
"""
TABLES: Final = ("flow", "key_value")


def lock(event: NamespaceLeaving) -> None:
    """Nobody publishes a flow there until the move is over; who was about to has done so."""
    rows = Flow.objects.select_for_update().filter(namespace_id__in=list(event.places))
    list(rows.order_by("id").values_list("id", flat=True))


def count(event: NamespaceMovePlanned) -> None:
    """Says how much goes along. Moving a flow is taking it away here and making it there."""
    flows = Flow.objects.filter(namespace_id__in=list(event.places))
    live = flows.filter(deleted=False).count()
    if live:
        top, path = next(iter(event.places.items()))
        require(event.actor, "flow.delete", top)
        require(event.actor, "flow.create", parent(event.moves[path]))
    revisions = FlowRevision.objects.filter(flow_uid__in=flows.values("id"))
    event.report.counts |= {"flows": live, "revisions": revisions.count()}


def follow(event: NamespaceMoving) -> None:
    """Writes the new paths down; raises SourceStays for a source that cannot be written anew."""
    flows = {
        row.id: row
        for row in Flow.objects.filter(namespace_id__in=list(event.places)).defer("document")
    }
    for found in _in_batches(flows):
        _rewrite(found, flows, event)
    ids = list(event.places)
    paths = [event.moves[path] for path in event.places.values()]
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(_PLACES.format(table=table), [ids, paths, current_tenant()])
    for id, path in event.places.items():
        _move_files(id, path, event.moves[path])
        for topic in (path, event.moves[path]):
            events.publish_on_commit(f"namespace:{topic}", "flow.changed", {})


def _in_batches(flows: Mapping[UUID, Flow]) -> Iterator[list[FlowRevision]]:
    rows = FlowRevision.objects.filter(flow_uid__in=list(flows)).order_by("flow_uid", "revision")
    batch: list[FlowRevision] = []
    for row in rows.iterator(BATCH):
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _rewrite(
    revisions: Sequence[FlowRevision], flows: Mapping[UUID, Flow], event: NamespaceMoving
) -> None:
    sources: list[tuple[UUID, str, str]] = []
    current: dict[UUID, tuple[Mapping[Steps, str], str]] = {}
    for row in revisions:
        flow = flows[row.flow_uid]
        found = renamed(row.source, flow.namespace, event.moves)
        if found is None:
            raise SourceStays(namespace=flow.namespace, flow_id=flow.flow_id, revision=row.revision)
        mark = checksum(found.source)
        sources.append((row.id, found.source, mark))
        if row.revision == flow.revision:
            current[flow.id] = found.put, mark
    with connection.cursor() as cursor:
        cursor.execute(_REVISIONS, [*_columns(sources), current_tenant()])
    _describe(current)


def _describe(current: Mapping[UUID, tuple[Mapping[Steps, str], str]]) -> None:
    """What is kept of the current source beside it is as if it were read from the new one."""
    documents = Flow.objects.filter(id__in=list(current)).values_list("id", "document")
    facts = [
        (id, orjson.dumps(_said(document, current[id][0])).decode(), current[id][1])
        for id, document in documents
    ]
    if facts:
        with connection.cursor() as cursor:
            cursor.execute(_DOCUMENTS, [*_columns(facts), current_tenant()])


def _said(document: Any, put: Mapping[Steps, str]) -> Any:
    return replaced_in(document, put) if document else document


def _columns(facts: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*facts, strict=True)]


def _move_files(namespace_id: UUID, old: str, new: str) -> None:
    """The files lie below the new path too; what lay below the old one goes when this is committed.

    Otherwise a namespace that is made at the old path would share what it may write and delete.
    """
    storage, before, after = storage_for(current_tenant()), folder_of(old), folder_of(new)
    rows = NamespaceFile.objects.filter(namespace_id=namespace_id)
    moved: set[str] = set()
    for row in rows.exclude(uri="").filter(uri__startswith=before):
        target = after + row.uri[len(before) :]
        if row.uri not in moved:
            with storage.open(row.uri) as content:
                storage.put(target, content)
            moved.add(row.uri)
        NamespaceFile.objects.filter(id=row.id).update(uri=target)
    rows.update(namespace=new)
    transaction.on_commit(lambda: [storage.delete(uri) for uri in sorted(moved)])
