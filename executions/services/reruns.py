"""Runs an execution again: the same one from where it failed, or a new one like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from downbeat.common.scope import current_tenant
from executions.contracts import Cause, Origin, StartOptions
from executions.models import Execution, TaskRun
from executions.runtime.inbox import post
from executions.selectors.states import TERMINAL
from executions.services import labels
from executions.services.control import editable, require_task_run
from executions.services.errors import CannotRestart, FlowMissing
from executions.services.inputs import Given
from executions.services.replaying import replay_from
from executions.services.start import again
from flows import facade as flows
from flows.contracts import RevisionRef
from tenants.actors import Actor

RESTARTABLE_RUNS: Final = ("FAILED", "KILLED", "PAUSED")


@dataclass(frozen=True, slots=True)
class Replay:
    """How an execution is to be replayed."""

    task_run_id: str | None = None
    revision: int | None = None
    latest: bool = False
    inputs: Mapping[str, Given] | None = None


def restart(id: UUID, *, revision: int | None, actor: Actor) -> UUID:
    """Runs what failed again; with another revision a new execution does. Returns which one."""
    row = editable(id, actor)
    failed = TaskRun.objects.filter(execution_id=row.id, state__in=RESTARTABLE_RUNS)
    if row.state not in TERMINAL | {"PAUSED"} or not failed.exists():
        raise CannotRestart(state=row.state)
    if revision is not None and revision != row.revision:
        return replay(id, Replay(revision=revision), actor=actor)
    post(current_tenant(), row.id, "restart", {})
    return row.id


def replay(id: UUID, asked: Replay, *, actor: Actor) -> UUID:
    """Starts a new execution with the same inputs, trigger and labels; returns its id."""
    row = editable(id, actor, "execution.create")
    revision = _revision(row, asked)
    options = StartOptions(
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
    )
    if asked.task_run_id is None:
        return again(revision, row.inputs, asked.inputs, options)
    run_id = require_task_run(row.id, asked.task_run_id)
    return replay_from(row, run_id, revision, options)


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
