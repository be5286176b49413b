"""What the executions app does when the apps below change something; wired when Django is ready."""

from __future__ import annotations

from downbeat.common import events
from downbeat.common.errors import Conflict
from executions.models import Execution
from executions.runtime import suspensions
from executions.services import limit_changes, limits
from executions.triggering import sync
from flows.contracts import FlowDeleted, FlowPublished, RevisionsDeleting
from tenants.contracts import (
    LimitsChanged,
    NamespaceMoving,
    NamespacePlaced,
    TenantDeleting,
    TenantResumed,
)


class TenantBusy(Conflict):
    """The tenant has {count} executions that run. Kill them or wait, then delete it."""

    code = "tenant.busy"


class NamespaceHasExecutions(Conflict):
    """Namespace `{namespace}` has {count} executions, whose history names it. Delete them, or let
    them grow too old, then move it."""

    code = "namespace.has_executions"


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
    events.subscribe(NamespaceMoving, refuse_with_history)
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


def refuse_with_history(event: NamespaceMoving) -> None:
    """A namespace moves only when no execution names it, running or ended.

    What an execution keeps sealed is authenticated with its namespace, its files lie below it, and
    its journal is never written anew.
    """
    for namespace_id, path in event.places.items():
        count = Execution.objects.filter(namespace_id=namespace_id).count()
        if count:
            raise NamespaceHasExecutions(namespace=path, count=count)
