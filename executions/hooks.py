"""What the executions app does when the apps below change something; wired when Django is ready."""

from __future__ import annotations

from downbeat.common import events
from downbeat.common.errors import Conflict
from executions.models import Execution
from executions.triggering import sync
from flows.contracts import FlowDeleted, FlowPublished
from tenants.contracts import TenantDeleting


class TenantBusy(Conflict):
    """The tenant has {count} executions that run. Kill them or wait, then delete it."""

    code = "tenant.busy"


def register() -> None:
    """Subscribes; called once."""
    events.subscribe(FlowPublished, sync.on_published)
    events.subscribe(FlowDeleted, sync.on_deleted)
    events.subscribe(TenantDeleting, refuse_while_running)


def refuse_while_running(event: TenantDeleting) -> None:
    """A tenant goes only when nothing of it runs."""
    count = Execution.objects.filter(ended_at__isnull=True).count()
    if count:
        raise TenantBusy(count=count)
