"""What the flows app does when others are about to change something that it depends on."""

from __future__ import annotations

from downbeat.common import events
from flows.contracts import RevisionsDeleting
from flows.models import Flow, FlowRevision
from flows.selectors import mentions
from flows.services import moving
from flows.services.errors import NamespaceInUse
from tenants.contracts import (
    NamespaceDeleting,
    NamespaceLeaving,
    NamespaceMovePlanned,
    NamespaceMoving,
)


def register() -> None:
    """Subscribes to the events of the apps below; called once, when Django is ready."""
    events.subscribe(NamespaceDeleting, refuse_while_in_use)
    events.subscribe(NamespaceDeleting, forget_deleted_flows)
    events.subscribe(NamespaceLeaving, moving.lock)
    events.subscribe(NamespaceMovePlanned, moving.count)
    events.subscribe(NamespaceMovePlanned, mentions.tell)
    events.subscribe(NamespaceMoving, moving.follow)


def refuse_while_in_use(event: NamespaceDeleting) -> None:
    """A namespace goes only when no flow lives in it."""
    count = Flow.objects.filter(namespace_id=event.namespace_id, deleted=False).count()
    if count:
        raise NamespaceInUse(namespace=event.path, count=count)


def forget_deleted_flows(event: NamespaceDeleting) -> None:
    """What is kept of flows that were deleted goes with their namespace, once nothing runs with it."""
    for row in Flow.objects.filter(namespace_id=event.namespace_id, deleted=True):
        known = FlowRevision.objects.filter(flow_uid=row.id)
        numbers = tuple(known.values_list("revision", flat=True))
        events.emit(RevisionsDeleting(row.tenant_id, row.id, row.namespace, row.flow_id, numbers))
        row.delete()
