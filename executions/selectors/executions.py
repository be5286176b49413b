"""Finds executions and their task runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from executions.contracts import Cause, Origin, Started
from executions.models import Attempt, Execution, TaskRun
from executions.selectors.states import Moment, StateView, instant, state_view
from executions.services.errors import ExecutionMissing
from executions.services.labels import from_json
from tenants.access import touchable, visible
from tenants.actors import Actor

UNLOADED = ("progress", "facts")
# What people see of a task run; the engine's own columns cost more to read than these.
SHOWN = (
    *("id", "execution_id", "task_id", "parent_id", "child_id", "value", "iteration", "items"),
    *("dynamic", "error", "state", "histories", "tries", "created_at", "ended_at"),
)


@dataclass(frozen=True, slots=True)
class TaskRunView:
    """A task run with its attempts, as people see it."""

    row: TaskRun
    state: StateView
    attempts: tuple[AttemptView, ...] | None


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try."""

    state: StateView
    worker_id: UUID | None
    log_file: str | None
    reason: str | None = None
    """A stable code of how it ended: why it failed, or ``cached`` if it did not have to run."""
    kill: Mapping[str, Any] | None = None
    """Who asked for its end, and when; when that was delivered and confirmed."""
    remote: Sequence[Mapping[str, Any]] = ()
    """What became of its job in another system, step by step."""


def all_executions() -> QuerySet[Execution]:
    """Every execution that was not deleted, without the engine's own columns."""
    return Execution.objects.filter(deleted_at__isnull=True).defer(*UNLOADED)


def seen_by(actor: Actor, permission: str = "execution.view") -> QuerySet[Execution]:
    """The executions that an actor may see and on which they have a right."""
    return touchable(actor, permission, all_executions(), field="namespace_id")


def owners_of_records(actor: Actor, permission: str) -> QuerySet[Execution]:
    """The executions whose records an actor may see, deleted ones of which records were kept too."""
    return visible(actor, permission, Execution.objects.defer(*UNLOADED), field="namespace_id")


def find_owner(actor: Actor, id: UUID, permission: str) -> Execution:
    """The execution that records are of; ``ExecutionMissing`` if it is gone or may not be seen."""
    row = owners_of_records(actor, permission).filter(id=id).first()
    if row is None:
        raise ExecutionMissing
    return row


def find(actor: Actor, id: UUID, permission: str = "execution.view") -> Execution:
    """One execution; ``ExecutionMissing`` if it is not there or may not be seen."""
    row = seen_by(actor, permission).filter(id=id).first()
    if row is None:
        raise ExecutionMissing
    return row


def as_started(id: UUID) -> Started:
    """An execution as its start answered it; for a start that is repeated."""
    row = all_executions().filter(id=id).first()
    if row is None:
        raise ExecutionMissing
    trigger = row.trigger
    return Started(
        id=row.id,
        namespace_id=row.namespace_id,
        namespace=row.namespace,
        flow_id=row.flow_id,
        revision=row.revision,
        state=row.state,
        created_at=row.created_at,
        inputs=row.inputs,
        labels=from_json(row.labels),
        cause=Cause(trigger["id"], trigger["type"], trigger["variables"]) if trigger else None,
        origin=Origin(
            parent_id=row.parent_id,
            parent_task_run_id=row.parent_task_run_id,
            original_id=row.original_id,
            replay_of=row.replay_of,
            attempt_number=row.attempt_number,
        ),
        scheduled_at=row.scheduled_at,
        kind=row.kind,
    )


def task_runs(execution_id: UUID, *, live: bool = False) -> tuple[TaskRunView, ...]:
    """All task runs of an execution, or those that ``live``, in order of creation."""
    found = TaskRun.objects.filter(execution_id=execution_id)
    if live:
        found = found.filter(ended_at__isnull=True)
    rows = list(found.only(*SHOWN).order_by("created_at", "id"))
    tries = attempts([execution_id]) if rows else {}
    return tuple(_view(row, tries.get(row.id, ())) for row in rows)


def attempts(executions: Iterable[UUID]) -> Mapping[UUID, Sequence[Attempt]]:
    """The attempts of executions by task run, oldest first."""
    found: dict[UUID, list[Attempt]] = defaultdict(list)
    for row in Attempt.objects.filter(execution_id__in=list(executions)).order_by("number"):
        found[row.task_run_id].append(row)
    return found


def _view(row: TaskRun, tries: Sequence[Attempt]) -> TaskRunView:
    state = state_view(row.state, row.histories, row.created_at)
    live = next((attempt for attempt in reversed(tries) if attempt.ended_at is None), None)
    if row.ended_at is None and live is not None and live.state == "RUNNING":
        state = _running(state, live)
    views = [*(_quick(item) for item in row.tries), *(_attempt(attempt) for attempt in tries)]
    views.sort(key=lambda view: view.state.started_at)
    return TaskRunView(row=row, state=state, attempts=tuple(views) or None)


def _quick(stored: Mapping[str, Any]) -> AttemptView:
    """A try that needed no worker: of an inline task, or of a child execution."""
    began, ended = instant(stored["start"]), instant(stored["end"])
    history = (Moment("CREATED", began), Moment("RUNNING", began), Moment(stored["state"], ended))
    state = StateView(stored["state"], history)
    return AttemptView(state, worker_id=None, log_file=stored.get("logFile"))


def _running(state: StateView, live: Attempt) -> StateView:
    """While an attempt lives, whether the task run waits or runs is the attempt's to say."""
    if state.current == "RUNNING" or live.started_at is None:
        return state
    since = max(instant(live.started_at), state.history[-1].at)
    return StateView("RUNNING", (*state.history, Moment("RUNNING", since)))


def _attempt(row: Attempt) -> AttemptView:
    stored = list(row.histories)
    if not stored:
        stored = [{"state": "CREATED", "date": row.created_at}]
    if row.state == "RUNNING" and row.started_at and stored[-1]["state"] != "RUNNING":
        stored.append({"state": "RUNNING", "date": row.started_at})
    return AttemptView(
        state=state_view("CREATED" if row.state == "QUEUED" else row.state, stored, row.created_at),
        worker_id=row.worker_id,
        log_file=row.log_file,
        reason=row.reason,
        kill=row.kill,
        remote=row.remote or (),
    )
