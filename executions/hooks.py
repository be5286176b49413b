"""What the executions app does when the apps below change something; wired when Django is ready."""

from __future__ import annotations

from downbeat.common import events
from downbeat.common.errors import Conflict
from executions.models import Execution
from executions.runtime import suspensions
from executions.services import limit_changes, limits, moving
from executions.triggering import sync
from flows.contracts import FlowDeleted, FlowPublished, RevisionsDeleting
from tenants.contracts import (
    FormerPathEnding,
    LimitsChanged,
    NamespaceLeaving,
    NamespaceMovePlanned,
    NamespaceMoving,
    NamespacePlaced,
    TenantDeleting,
    TenantResumed,
)


class TenantBusy(Conflict):
    """The tenant has {count} executions that run. Kill them or wait, then delete it."""

    code = "tenant.busy"


class RevisionRunning(Conflict):
    """Executions of `{namespace}.{flow_id}` still run with revision {revision}. Wait for their end,
    or kill them."""

    code = "flow.revision_running"


def register() -> None:
    """Subscribes; called once."""
    events.subscribe(FlowPublished, sync.on_published)
    events.subscribe(FlowPublished, limits.on_published)
    events.subscribe(FlowDeleted, sync.on_deleted)
    events.subscribe(NamespacePlaced, sync.on_placed)
    events.subscribe(LimitsChanged, limit_changes.on_limits_changed)
    events.subscribe(NamespaceLeaving, moving.lock)
    events.subscribe(NamespaceMovePlanned, moving.plan)
    events.subscribe(NamespaceMoving, moving.follow)
    events.subscribe(FormerPathEnding, moving.keep_former_path)
    events.subscribe(TenantDeleting, refuse_while_running)
    events.subscribe(TenantResumed, suspensions.on_resumed)
    events.subscribe(RevisionsDeleting, keep_what_runs)


def keep_what_runs(event: RevisionsDeleting) -> None:
    """A live execution is pinned to its revision, which therefore stays."""
    live = Execution.objects.filter(
        flow_uid=event.uid, ended_at__isnull=True, revision__in=event.revisions
    )
    pinned = live.order_by("id").values_list("revision", flat=True).first()
    if pinned is not None:
        raise RevisionRunning(namespace=event.namespace, flow_id=event.flow_id, revision=pinned)


def refuse_while_running(event: TenantDeleting) -> None:
    """A tenant goes only when nothing of it runs."""
    count = Execution.objects.filter(ended_at__isnull=True).count()
    if count:
        raise TenantBusy(count=count)
