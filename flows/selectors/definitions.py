"""Reads flows and their history."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from flows.models import Flow, FlowRevision
from flows.services.errors import FlowNotFound, RevisionNotFound


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


def sources(rows: Iterable[Flow]) -> dict[str, str]:
    """The current source of each flow, by ``namespace/id``."""
    listed = list(rows)
    wanted = Q(pk__in=[])
    for row in listed:
        wanted |= Q(flow_uid=row.id, revision=row.revision)
    found = {item.flow_uid: item.source for item in FlowRevision.objects.filter(wanted)}
    return {f"{row.namespace}/{row.flow_id}": found[row.id] for row in listed if row.id in found}


def history(row: Flow) -> list[FlowRevision]:
    """Every revision, oldest first."""
    return list(FlowRevision.objects.filter(flow_uid=row.id).order_by("revision"))


def source_matches(text: str, namespace: str | None) -> QuerySet[FlowRevision]:
    """Current sources that contain a text, ignoring case."""
    current = flows() if namespace is None else flows().filter(namespace=namespace)
    pairs = current.values_list("id", "revision")
    wanted = Q(pk__in=[])
    for uid, number in pairs:
        wanted |= Q(flow_uid=uid, revision=number)
    return FlowRevision.objects.filter(wanted, source__icontains=text)
