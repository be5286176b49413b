"""Why an execution, or a part of it, is not running: stored facts put into words."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.conf import settings

from downbeat.common import clock
from executions.engine.rules import holding, repeating
from executions.engine.rules.agreements import BREACHED
from executions.engine.rules.breaking import STOPPED_AT
from executions.models import Attempt, Execution, TaskRun, Timer, Worker
from executions.runtime import suspensions
from executions.selectors import limits
from executions.selectors.reasons import Reason
from executions.selectors.states import TERMINAL
from tenants import facade as tenants

MOST: Final = 100
_WAITS: Final = {
    repeating.TIMER: "{} begins its next round later.",
    holding.TIMER: "{} sleeps.",
}
"""What a task waits for, by the kind of its timer."""


def reasons(row: Execution) -> list[Reason]:
    """All reasons, those of the whole execution first; empty when nothing waits."""
    of_whole = _of_end(row) if row.state in TERMINAL else _of_execution(row)
    of_whole += limits.of_log(row)
    return [*of_whole, *_of_runs(row), *_of_timers(row), *_of_attempts(row)]


def _of_end(row: Execution) -> list[Reason]:
    """Why it ended as it did, if that was not for its tasks."""
    if BREACHED not in row.facts or row.error is None:
        return []
    return [Reason("sla", row.error)]


def _of_execution(row: Execution) -> list[Reason]:
    if row.state == "QUEUED" and (found := limits.of_waiting(row)) is not None:
        return [found]
    if row.state == "QUEUED":
        message = "The flow's concurrency limit is reached; it starts when another one ends."
        return [Reason("slot", message, blocker=f"{row.namespace}.{row.flow_id}")]
    if row.state == "CREATED" and row.scheduled_at and row.scheduled_at > clock.now():
        return [Reason("window", "It is to start later.", until=row.scheduled_at)]
    if row.state == "PAUSED" and (resting := _of_tenant(row)):
        return [resting]
    if row.state == "PAUSED" and (task := row.facts.get(STOPPED_AT)):
        message = f"It stopped at the breakpoint before {task} and waits to be resumed."
        return [Reason("breakpoint", message, blocker=task)]
    if row.state == "PAUSED" and (found := limits.of_paused(row)) is not None:
        return [found]
    if row.state == "PAUSED":
        return [Reason("paused", "It is paused and waits to be resumed.")]
    if row.state == "CREATED":
        return [Reason("engine", "It was accepted and no worker has taken it up yet.")]
    return []


def _of_tenant(row: Execution) -> Reason | None:
    """The suspension that paused it."""
    standing = tenants.suspension_of(row.tenant_id)
    if standing is None or not suspensions.is_held(row.id):
        return None
    message = f"The tenant is suspended: {standing.reason}. It goes on when an admin resumes it."
    return Reason("suspended", message, blocker=standing.slug)


def _of_runs(row: Execution) -> list[Reason]:
    live = TaskRun.objects.filter(execution_id=row.id, ended_at__isnull=True)
    found = []
    for run in live.filter(state__in=("PAUSED", "RETRYING")).order_by("created_at")[:MOST]:
        if run.state == "PAUSED":
            message = f"{run.task_id} waits to be resumed."
            found.append(Reason("approval", message, run.id, until=run.run_after))
        else:
            message = f"{run.task_id} failed and is tried again later."
            found.append(Reason("retry", message, run.id, until=run.run_after))
    for run in live.filter(child_id__isnull=False).order_by("created_at")[:MOST]:
        message = f"{run.task_id} waits for an execution that it started."
        found.append(Reason("dependency", message, run.id, blocker=str(run.child_id)))
    return found


def _of_timers(row: Execution) -> list[Reason]:
    """Tasks that hold no worker and go on by themselves: a sleep, the pause between two rounds."""
    timers = Timer.objects.filter(execution_id=row.id, kind__in=_WAITS, due_at__gt=clock.now())
    due = {timer.task_run_id: timer for timer in timers.order_by("due_at")[:MOST]}
    runs = TaskRun.objects.filter(execution_id=row.id, id__in=list(due), state="RUNNING")
    return [
        Reason(
            "window", _WAITS[due[run.id].kind].format(run.task_id), run.id, until=due[run.id].due_at
        )
        for run in runs.exclude(child_id__isnull=False).order_by("created_at")
    ]


def _of_attempts(row: Execution) -> list[Reason]:
    queued = Attempt.objects.filter(execution_id=row.id, state="QUEUED").order_by("created_at")
    waiting = list(queued[:MOST])
    alive = _alive({attempt.worker_group for attempt in waiting})
    full = limits.of_task_runs(row) if waiting else None
    return [_of_attempt(attempt, alive, full) for attempt in waiting]


def _of_attempt(attempt: Attempt, alive: set[str], full: Reason | None) -> Reason:
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
    if full is not None:
        return replace(full, task_run_id=run)
    return Reason("slot", f"Every slot of the group {group} is taken.", run, blocker=group)


def _alive(groups: set[str]) -> set[str]:
    late = clock.now() - settings.DOWNBEAT.lease * 2
    rows = Worker.objects.filter(
        worker_group__in=groups, stopped_at__isnull=True, heartbeat_at__gt=late
    )
    return set(rows.values_list("worker_group", flat=True))
