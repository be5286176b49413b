"""Runs an execution again: the same one from where it failed, or a new one like it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant
from executions.contracts import Cause, Origin, StartOptions
from executions.models import Execution, TaskRun
from executions.runtime import store
from executions.runtime.inbox import post
from executions.runtime.plans import compiled
from executions.selectors.states import TERMINAL
from executions.services import editing, forecast, labels, replaying
from executions.services.control import editable, require_task_run
from executions.services.errors import CannotRestart, FlowMissing, RestartTooEarly
from executions.services.forecast import Forecast
from executions.services.inputs import AcceptedInputs, Given
from executions.services.replaying import Start, Taken
from executions.services.start import Idempotency, again, earlier
from flows import facade as flows
from flows.contracts import RevisionRef
from tenants.access import require
from tenants.actors import Actor

RESTARTABLE_RUNS: Final = ("FAILED", "KILLED", "CANCELLED", "PAUSED")


@dataclass(frozen=True, slots=True)
class Replay:
    """How an execution is to be replayed; ``inputs`` are those that somebody has edited."""

    task_run_id: str | None = None
    revision: int | None = None
    latest: bool = False
    inputs: Mapping[str, Given] | None = None
    breakpoints: Sequence[Mapping[str, Any]] = ()


def restart(id: UUID, *, revision: int | None, actor: Actor) -> UUID:
    """Runs what failed again; with another revision a new execution does. Returns which one."""
    row = _restartable(id, actor)
    if revision is None or revision == row.revision:
        post(current_tenant(), row.id, "restart", {})
        return row.id
    require(actor, "execution.create", row.namespace_id)
    wanted = _revision(row, Replay(revision=revision))
    taken = replaying.taken_from_failure(row, wanted)
    return _begin(row, taken, wanted, Replay(), id=uuid7())


def restart_forecast(id: UUID, *, revision: int | None, actor: Actor) -> Forecast:
    """What a restart would run again and what it would keep; nothing changes."""
    row = _restartable(id, actor)
    wanted = _revision(row, Replay(revision=revision))
    taken = replaying.taken_from_failure(row, wanted)
    same = wanted.revision == row.revision
    return forecast.of_taken(taken, same_execution=same, revision=wanted.revision)


def replay(
    id: UUID, asked: Replay, *, actor: Actor, idempotency: Idempotency | None = None
) -> UUID:
    """Starts a new execution with the same inputs, trigger and labels; returns its id.

    With a key that was sent before it returns the execution that was started then.
    """
    row = editable(id, actor, "execution.create")
    new = uuid7()
    if idempotency and (known := earlier(idempotency, new)):
        return known
    revision = _revision(row, asked)
    if asked.task_run_id is None:
        given = None if asked.inputs is None else editing.merged(row, revision, asked.inputs)
        return again(revision, row.inputs, given, _options(row, revision, asked), id=new)
    run_id = require_task_run(row.id, asked.task_run_id)
    taken = replaying.taken_from_run(row, run_id, revision)
    return _begin(row, taken, revision, asked, id=new)


def replay_forecast(id: UUID, asked: Replay, *, actor: Actor) -> Forecast:
    """What a replay would run and what it would keep; nothing changes.

    Inputs are judged as they would be: ``InputsInvalid`` names each that is refused.
    """
    row = editable(id, actor, "execution.create")
    revision = _revision(row, asked)
    if asked.inputs is not None:
        editing.require_valid(row, revision, asked.inputs)
    if asked.task_run_id is None:
        tenant_id = current_tenant()
        plan = compiled(tenant_id, row.flow_uid, revision.revision, row.namespace).plan
        old_plan = compiled(tenant_id, row.flow_uid, row.revision, row.namespace).plan
        runs = store.all_runs(tenant_id, [row.id]).get(row.id, {})
        return forecast.from_the_start(plan, runs, old_plan, revision.revision)
    run_id = require_task_run(row.id, asked.task_run_id)
    taken = replaying.taken_from_run(row, run_id, revision)
    return forecast.of_taken(taken, same_execution=False, revision=revision.revision)


def _begin(row: Execution, taken: Taken, revision: RevisionRef, asked: Replay, *, id: UUID) -> UUID:
    inputs = AcceptedInputs(row.inputs, row.inputs)
    if asked.inputs is not None:
        inputs = editing.accepted(row, revision, asked.inputs, execution_id=id)
    options = _options(row, revision, asked)
    return replaying.begin(row, taken, Start(id, revision, inputs, options))


def _options(row: Execution, revision: RevisionRef, asked: Replay) -> StartOptions:
    return StartOptions(
        labels=labels.without_flow(labels.from_json(row.labels), revision.spec.labels),
        cause=_cause(row),
        origin=Origin(
            parent_id=row.id,
            original_id=row.original_id,
            replay_of=row.id,
            attempt_number=1,
        ),
        correlation_id=_correlation(row),
        kind=row.kind,
        breakpoints=tuple(asked.breakpoints),
    )


def _restartable(id: UUID, actor: Actor) -> Execution:
    row = editable(id, actor)
    live = TaskRun.objects.filter(execution_id=row.id).exclude(state__in=TERMINAL)
    if row.state in TERMINAL and (tasks := sorted(set(live.values_list("task_id", flat=True)))):
        raise RestartTooEarly(tasks=", ".join(tasks))
    failed = TaskRun.objects.filter(execution_id=row.id, state__in=RESTARTABLE_RUNS)
    # Turned away by a check or a limit before any task; others without a turn never had inputs.
    refused = row.state == "FAILED" and row.started_at is None and row.seq > 0
    if row.state not in TERMINAL | {"PAUSED"} or not (refused or failed.exists()):
        raise CannotRestart(state=row.state)
    return row


def _revision(row: Execution, asked: Replay) -> RevisionRef:
    if asked.latest:
        found = flows.published(current_tenant(), row.namespace, row.flow_id)
    elif asked.revision is not None:
        found = flows.published(current_tenant(), row.namespace, row.flow_id, asked.revision)
    else:
        found = flows.by_uid(current_tenant(), row.flow_uid, row.revision)
    if found is None:
        raise FlowMissing(namespace=row.namespace, flow_id=row.flow_id)
    return found


def _cause(row: Execution) -> Cause | None:
    trigger = row.trigger
    return Cause(trigger["id"], trigger["type"], trigger["variables"]) if trigger else None


def _correlation(row: Execution) -> str:
    found = {label.key: label.value for label in labels.from_json(row.labels)}
    return found.get(labels.CORRELATION, str(row.original_id))
