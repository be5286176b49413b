"""Reads flows and their history."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import OuterRef, QuerySet, Subquery

from flows.models import Flow, FlowRevision
from flows.services.errors import FlowNotFound, RevisionNotFound

BATCH = 200
SOURCE = "current_source"


def flows() -> QuerySet[Flow]:
    """Every flow that has not been deleted, by namespace and id."""
    return Flow.objects.filter(deleted=False).order_by("namespace", "flow_id")


def find(namespace: str, flow_id: str, *, deleted: bool = False) -> Flow:
    """One flow; ``FlowNotFound`` if it is not there (or deleted, unless those are wanted)."""
    row = Flow.objects.filter(namespace=namespace, flow_id=flow_id).first()
    if row is None or (row.deleted and not deleted):
        raise FlowNotFound(namespace=namespace, flow_id=flow_id)
    return row


def source(row: Flow, revision: int | None = None) -> FlowRevision:
    """A flow's current source, or the numbered one."""
    number = revision or row.revision
    found = FlowRevision.objects.filter(flow_uid=row.id, revision=number).first()
    if found is None:
        raise RevisionNotFound(namespace=row.namespace, flow_id=row.flow_id, revision=number)
    return found


def with_source(rows: QuerySet[Flow]) -> QuerySet[Flow]:
    """The same flows, each with its current source (see ``sources``); one query for all."""
    current = FlowRevision.objects.filter(flow_uid=OuterRef("id"), revision=OuterRef("revision"))
    return rows.annotate(**{SOURCE: Subquery(current.values("source")[:1])})


def sources(rows: QuerySet[Flow]) -> Iterator[tuple[Flow, str]]:
    """Each flow of a query with its current source, read in batches."""
    for row in with_source(rows).defer("document").iterator(BATCH):
        yield row, getattr(row, SOURCE) or ""


def containing(rows: QuerySet[Flow], text: str) -> QuerySet[Flow]:
    """The flows whose current source contains a text, ignoring case."""
    return with_source(rows).filter(**{f"{SOURCE}__icontains": text})


def history(row: Flow) -> list[FlowRevision]:
    """Every revision, oldest first."""
    return list(FlowRevision.objects.filter(flow_uid=row.id).order_by("revision"))
