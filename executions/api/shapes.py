"""Executions and task runs as JSON, in the shape that existing clients read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from downbeat.common import clock
from downbeat.sdk.fields import format_duration
from downbeat.sdk.inputs import Input, SecretInput
from executions.contracts import Started
from executions.models import Execution
from executions.runtime.variables import set_by_tasks
from executions.selectors.executions import AttemptView, TaskRunView
from executions.selectors.packed_runs import COLUMNS, STATES, PackedRuns
from executions.selectors.states import Moment, StateView, state_view
from executions.services.checking import FailedCheck
from executions.services.creation import cause_json
from executions.services.labels import as_json
from flows.spec.inputs import TypedInputs

Json = dict[str, Any]


def state(view: StateView) -> Json:
    """A state with its history and the times that follow from it."""
    end = view.ended_at
    length = duration((end or clock.now()) - view.started_at)
    histories = [_moment(moment) for moment in view.history]
    first, last = histories[0]["date"], histories[-1]["date"]
    shown = {
        "current": view.current,
        "histories": histories,
        "startDate": first,
        "duration": length,
        # The official client insists on these three, whether or not they are known.
        "getDuration": length,
        "getStartDate": first,
        "getEndDate": last,
    }
    if end is not None:
        shown["endDate"] = last
    return shown


def duration(length: timedelta) -> str:
    """A length as ISO text; clocks of two processes may disagree, lengths are never negative."""
    return format_duration(max(length, timedelta(0)))


def execution(row: Execution, runs: Iterable[TaskRunView] | None = None) -> Json:
    """An execution; with its task runs when they are given."""
    shown = {
        "id": str(row.id),
        "namespace": row.namespace,
        "flowId": row.flow_id,
        "flowRevision": row.revision,
        "inputs": row.inputs,
        "variables": set_by_tasks(row.variables),
        "labels": row.labels,
        "state": state(state_view(row.state, row.histories, row.created_at)),
        "originalId": str(row.original_id),
        "deleted": row.deleted_at is not None,
        "metadata": _metadata(row.attempt_number, row.created_at),
    }
    optional = {
        "parentId": str(row.parent_id) if row.parent_id else None,
        "trigger": row.trigger,
        "scheduleDate": clock.wire(row.scheduled_at) if row.scheduled_at else None,
        "kind": row.kind,
        "breakpoints": row.breakpoints,
        "outputs": row.outputs,
        "error": row.error,
    }
    shown |= {name: value for name, value in optional.items() if value is not None}
    if runs is not None:
        shown["taskRunList"] = [task_run(row, view) for view in runs]
    return shown


def started(accepted: Started) -> Json:
    """An execution that has just been accepted; nothing is read again for it."""
    view = StateView(accepted.state, (Moment(accepted.state, accepted.created_at),))
    shown = {
        "id": str(accepted.id),
        "namespace": accepted.namespace,
        "flowId": accepted.flow_id,
        "flowRevision": accepted.revision,
        "inputs": dict(accepted.inputs),
        "labels": as_json(accepted.labels),
        "state": state(view),
        "originalId": str(accepted.origin.original_id or accepted.id),
        "deleted": False,
        "metadata": _metadata(accepted.origin.attempt_number, accepted.created_at),
        "taskRunList": [],
        "url": f"/ui/executions/{accepted.namespace}/{accepted.flow_id}/{accepted.id}",
    }
    optional = {
        "parentId": str(accepted.origin.parent_id) if accepted.origin.parent_id else None,
        "trigger": cause_json(accepted.cause) if accepted.cause else None,
        "scheduleDate": clock.wire(accepted.scheduled_at) if accepted.scheduled_at else None,
        "kind": accepted.kind,
    }
    return shown | {name: value for name, value in optional.items() if value is not None}


def task_run(owner: Execution, view: TaskRunView) -> Json:
    """A task run; groups have no attempts."""
    row = view.row
    shown = {
        "id": str(row.id),
        "executionId": str(owner.id),
        "namespace": owner.namespace,
        "flowId": owner.flow_id,
        "taskId": row.task_id,
        "attempts": None if view.attempts is None else [attempt(item) for item in view.attempts],
        "state": state(view.state),
    }
    optional = {
        "parentTaskRunId": str(row.parent_id) if row.parent_id else None,
        "value": row.value,
        "iteration": row.iteration,
        "items": row.items,
        "dynamic": True if row.dynamic else None,
        "error": row.error,
        "childExecutionId": str(row.child_id) if row.child_id else None,
    }
    return shown | {name: value for name, value in optional.items() if value is not None}


def packed(runs: PackedRuns) -> Json:
    """Task runs as columns, for pages that show thousands of them."""
    return {
        "since": clock.wire(runs.since),
        "columns": COLUMNS,
        "states": STATES,
        "rows": runs.rows,
    }


def attempt(view: AttemptView) -> Json:
    """One try."""
    shown: Json = {"state": state(view.state)}
    if view.worker_id is not None:
        shown["workerId"] = str(view.worker_id)
    if view.log_file is not None:
        shown["logFile"] = view.log_file
    if view.reason is not None:
        shown["reason"] = view.reason
    if view.kill is not None:
        shown["kill"] = dict(view.kill)
    if view.remote:
        shown["remote"] = list(view.remote)
    return shown


def _metadata(attempt_number: int, created_at: datetime) -> Json:
    return {"attemptNumber": attempt_number, "originalCreatedDate": clock.wire(created_at)}


def _moment(moment: Moment) -> Json:
    return {"state": moment.state, "date": clock.wire(moment.at)}


def input_states(owner: str, found: TypedInputs, checks: Iterable[FailedCheck] = ()) -> Json:
    """What a form shows for each input: value, whether it is asked for, what is wrong."""
    return {
        "id": owner,
        "inputs": [
            {
                "input": _definition(item.definition, item.choices),
                "value": None if isinstance(item.definition, SecretInput) else item.value,
                "enabled": item.enabled,
                "isDefault": item.is_default,
                "errors": [{"message": error.message} for error in item.errors],
            }
            for item in found.states
        ],
        "checks": [
            {"message": item.message, "style": item.style, "behavior": item.behavior}
            for item in checks
        ],
    }


def _definition(definition: Input, choices: Iterable[str] | None) -> Json:
    shown: Json = definition.model_dump(mode="json", by_alias=True, exclude_none=True)
    if choices is not None:
        shown["values"] = list(choices)
    return shown
