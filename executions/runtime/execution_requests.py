"""What a task may ask about one execution: how it stands, for messages to people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.conf import settings

from downbeat.common import clock
from downbeat.sdk.fields import format_duration
from executions.models import Attempt, Execution, TaskRun
from executions.runtime.reach import NamespaceClosed
from executions.runtime.record_requests import execution_of
from executions.runtime.work_places import Held
from executions.selectors.states import state_view
from tenants import facade as tenants

Arguments = Mapping[str, Any]
_ERROR_CHARS: Final = 2_000
_FLOW_TRIGGER: Final = "core.trigger.Flow"


def _read(held: Held, arguments: Arguments) -> dict[str, Any]:
    """The execution that is named, or the one that asks: state, times, failed task, address.

    Of an execution of a closed namespace, whoever was started by its end learns what its flow gives
    away: state, times and labels, and nothing of its tasks.
    """
    try:
        row, closed = Execution.objects.get(id=execution_of(held, arguments).id), False
    except NamespaceClosed:
        if not _heard_of(held, str(arguments["execution_id"])):
            raise
        row, closed = Execution.objects.get(id=arguments["execution_id"]), True
    state = state_view(row.state, row.histories, row.created_at)
    ended = state.ended_at
    length = max((ended or clock.now()) - state.started_at, timedelta())
    return {
        "id": str(row.id),
        "namespace": row.namespace,
        "flowId": row.flow_id,
        "revision": row.revision,
        "labels": row.labels,
        "state": row.state,
        "startDate": clock.wire(state.started_at),
        "endDate": clock.wire(ended) if ended else None,
        "duration": format_duration(length),
        "url": _address(row),
        "failed": None if closed else _run(row, failed=True),
        "last": None if closed else _run(row, failed=False),
    }


def _heard_of(held: Held, id: str) -> bool:
    """Whether the execution that asks was started by a flow trigger that heard of the other."""
    own = Execution.objects.only("trigger").get(id=held.key.execution_id)
    cause = own.trigger or {}
    known = (cause.get("variables") or {}).get("executionId")
    return str(cause.get("type")).endswith(_FLOW_TRIGGER) and str(known) == id


def _run(row: Execution, *, failed: bool) -> dict[str, Any] | None:
    """The first task run that failed (inside groups, not the groups), or the last that ended."""
    runs = TaskRun.objects.filter(execution_id=row.id, ended_at__isnull=False)
    chosen = (
        runs.filter(state="FAILED").order_by("ended_at", "-id")
        if failed
        else runs.order_by("-ended_at", "-id")
    )
    found = chosen.only("id", "task_id", "value", "state", "attempts", "error").first()
    if found is None:
        return None
    return {
        "taskId": found.task_id,
        "taskRunId": str(found.id),
        "value": found.value,
        "state": found.state,
        "attempts": found.attempts or 1,
        "error": (found.error or _last_error(row, found) or "")[:_ERROR_CHARS] or None,
    }


def _last_error(row: Execution, run: TaskRun) -> str | None:
    tries = Attempt.objects.filter(execution_id=row.id, task_run_id=run.id, error__isnull=False)
    return tries.order_by("-number").values_list("error", flat=True).first()


def _address(row: Execution) -> str | None:
    """Where people see the execution, if the instance knows how people reach it."""
    public = settings.DOWNBEAT.public_url
    if not public:
        return None
    tenant = tenants.tenant_slug(row.tenant_id)
    return f"{public.rstrip('/')}/ui/{tenant}/executions/{row.id}"


OPERATIONS: Final[Mapping[str, Callable[[Held, Arguments], Any]]] = {"execution.read": _read}
