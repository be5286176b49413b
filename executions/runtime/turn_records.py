"""Rows of a turn that need no decision: log lines, metrics, why an execution waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from downbeat.common import clock
from executions.engine.rules.breaking import STOPPED_AT
from executions.engine.rules.ending import FAILURE
from executions.engine.state import Execution, State
from executions.runtime.inline import Number
from executions.runtime.turn_loading import Case
from executions.runtime.turn_log import Line

LINES_PER_TURN: Final = 100_000
LARGEST_SEQ: Final = 2**31 - 1


def line_records(execution_id: UUID, lines: Sequence[Line], seq: int) -> list[dict[str, Any]]:
    """Log lines as records; numbered so that no later turn repeats a number."""
    first = (seq * LINES_PER_TURN) % (LARGEST_SEQ - LINES_PER_TURN)
    return [
        {
            "execution_id": execution_id,
            "task_run_id": line.task_run_id,
            "task_id": line.task_id,
            "attempt_number": line.number,
            "seq": first + place,
            "level": line.level,
            "at": clock.wire(line.at),
            "message": line.message,
        }
        for place, line in enumerate(lines)
    ]


def metric_records(execution_id: UUID, numbers: Iterable[Number]) -> list[dict[str, Any]]:
    """Metrics of quick tasks as records."""
    now = clock.wire(clock.now())
    return [
        {
            "execution_id": execution_id,
            "task_run_id": number.task_run_id,
            "task_id": number.task_id,
            "attempt_number": number.number,
            "name": number.value.name,
            "kind": number.value.kind,
            "value": number.value.value,
            "tags": dict(number.value.tags or {}),
            "at": now,
        }
        for number in numbers
    ]


def reason_of(case: Case) -> dict[str, Any] | None:
    """Why an execution waits as a whole, with what blocks it."""
    execution = case.snapshot.execution
    if execution.state is State.QUEUED:
        return case.waits_for or reason_of_limit(case)
    if execution.state is State.PAUSED:
        stopped = execution.facts.get(STOPPED_AT)
        return {"code": "breakpoint" if stopped else "paused", "blocker": stopped}
    if execution.state is State.CREATED and execution.scheduled_at is not None:
        return {"code": "scheduled", "blocker": clock.wire(execution.scheduled_at)}
    return None


def reason_of_limit(case: Case) -> dict[str, Any] | None:
    """That an execution waits for a slot of its flow."""
    limit = case.limit
    return None if limit is None else {"code": "concurrency.limit", "blocker": {"limit": limit}}


def failure_of(execution: Execution) -> str | None:
    """Why the execution failed, if it was not one of its tasks."""
    failure = execution.facts.get(FAILURE)
    return None if failure is None else str(failure)
