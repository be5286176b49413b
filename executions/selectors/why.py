"""Why an execution, or a part of it, is not running: stored facts put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from downbeat.common import clock
from executions.engine.rules.agreements import BREACHED
from executions.engine.rules.breaking import STOPPED_AT
from executions.models import Attempt, Execution, TaskRun, Worker
from executions.selectors.states import TERMINAL

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that something waits for; ``blocker`` names who or what could end the wait."""

    code: str
    message: str
    task_run_id: UUID | None = None
    blocker: str | None = None
    until: datetime | None = None


def reasons(row: Execution) -> list[Reason]:
    """All reasons, those of the whole execution first; empty when nothing waits."""
    if row.state in TERMINAL:
        return _of_end(row)
    return [*_of_execution(row), *_of_runs(row), *_of_attempts(row)]


def _of_end(row: Execution) -> list[Reason]:
    """Why it ended as it did, if that was not for its tasks."""
    if BREACHED not in row.facts or row.error is None:
        return []
    return [Reason("sla", row.error)]


def _of_execution(row: Execution) -> list[Reason]:
    if row.state == "QUEUED":
        message = "The flow's concurrency limit is reached; it starts when another one ends."
        return [Reason("slot", message, blocker=f"{row.namespace}.{row.flow_id}")]
    if row.state == "CREATED" and row.scheduled_at and row.scheduled_at > clock.now():
        return [Reason("window", "It is to start later.", until=row.scheduled_at)]
    if row.state == "PAUSED" and (task := row.facts.get(STOPPED_AT)):
        message = f"It stopped at the breakpoint before {task} and waits to be resumed."
        return [Reason("breakpoint", message, blocker=task)]
    if row.state == "PAUSED":
        return [Reason("paused", "It is paused and waits to be resumed.")]
    if row.state == "CREATED":
        return [Reason("engine", "It was accepted and no worker has taken it up yet.")]
    return []


def _of_runs(row: Execution) -> list[Reason]:
    live = TaskRun.objects.filter(execution_id=row.id, ended_at__isnull=True)
    found = []
    for run in live.filter(state__in=("PAUSED", "RETRYING")).order_by("created_at")[:MOST]:
        if run.state == "PAUSED":
            found.append(Reason("approval", f"{run.task_id} waits to be resumed.", run.id))
        else:
            message = f"{run.task_id} failed and is tried again later."
            found.append(Reason("retry", message, run.id, until=run.run_after))
    for run in live.filter(child_id__isnull=False).order_by("created_at")[:MOST]:
        message = f"{run.task_id} waits for an execution that it started."
        found.append(Reason("dependency", message, run.id, blocker=str(run.child_id)))
    return found


def _of_attempts(row: Execution) -> list[Reason]:
    queued = Attempt.objects.filter(execution_id=row.id, state="QUEUED").order_by("created_at")
    waiting = list(queued[:MOST])
    alive = _alive({attempt.worker_group for attempt in waiting})
    return [_of_attempt(attempt, alive) for attempt in waiting]


def _of_attempt(attempt: Attempt, alive: set[str]) -> Reason:
    group, run = attempt.worker_group, attempt.task_run_id
    if attempt.run_after is not None and attempt.run_after > clock.now():
        return Reason("retry", "It is tried again later.", run, until=attempt.run_after)
    if group not in alive:
        message = (
            f"No worker of the group {group} is alive. Start one: downbeat worker --group {group}"
        )
        if attempt.fallback:
            message += f". The task does not wait for long: its fallback is {attempt.fallback}"
        return Reason("no_worker", message, run, blocker=group)
    return Reason("slot", f"Every slot of the group {group} is taken.", run, blocker=group)


def _alive(groups: set[str]) -> set[str]:
    late = clock.now() - settings.DOWNBEAT.lease * 2
    rows = Worker.objects.filter(
        worker_group__in=groups, stopped_at__isnull=True, heartbeat_at__gt=late
    )
    return set(rows.values_list("worker_group", flat=True))
