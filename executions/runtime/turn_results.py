"""Results of attempts: written once, under their lease, or refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from executions.engine.events import RunReported, TryEnded
from executions.engine.plan import Plan
from executions.engine.state import State, Try
from executions.runtime import carried_effects
from executions.runtime import store_statements as sql
from executions.runtime.folders import folder_of
from executions.runtime.inbox import Message, post_all
from executions.runtime.output_limit import size_of
from executions.runtime.outputs import NewOutput, records
from executions.runtime.sql import rows
from executions.runtime.store_codec import moment_of, text
from executions.worker.work import AttemptResult


@dataclass(frozen=True, slots=True)
class Accepted:
    """A result whose attempt was still under the worker's lease, and is over now."""

    execution_id: UUID
    run: UUID
    number: int
    started_at: datetime
    ended_at: datetime
    result: AttemptResult


def accept(tenant_id: UUID, results: Sequence[AttemptResult]) -> list[Accepted]:
    """Ends the attempts; results of a lease that is over, or sent twice, are dropped.

    Outputs and metrics are written here: they belong to the attempt's end.
    """
    if not results:
        return []
    by_key = {
        (result.key.execution_id, result.key.task_run_id, result.key.number): result
        for result in results
    }
    executions = list({result.key.execution_id for result in results})
    facts = {
        "tenant": tenant_id,
        "executions": executions,
        "records": text([_record(item) for item in by_key.values()]),
    }
    return [
        Accepted(execution_id, run, number, began, ended, by_key[(execution_id, run, number)])
        for execution_id, run, number, began, ended in rows(sql.TAKE_RESULTS, facts)
    ]


def _record(result: AttemptResult) -> dict[str, Any]:
    return {
        "execution_id": result.key.execution_id,
        "task_run_id": result.key.task_run_id,
        "number": result.key.number,
        "epoch": result.key.epoch,
        "ending": str(result.ending),
        "reason": result.reason,
        "error": result.error,
        "log_file": result.log_file,
    }


def leave_for_others(tenant_id: UUID, accepted: Sequence[Accepted], held: Collection[UUID]) -> None:
    """Leaves messages for executions that somebody else holds, and writes their outputs."""
    others = [item for item in accepted if item.execution_id not in held]
    if not others:
        return
    _write_outputs(tenant_id, others)
    messages = [(item.execution_id, Message.RESULT, message_of(item)) for item in others]
    post_all(tenant_id, messages, ring=True)


def _write_outputs(tenant_id: UUID, items: Sequence[Accepted]) -> None:
    executions = list({item.execution_id for item in items})
    places = {
        run: (task_id, tuple(path), folder_of(namespace, flow_id, execution_id))
        for execution_id, run, task_id, path, namespace, flow_id in rows(
            sql.RUN_PLACES, [tenant_id, executions, [item.run for item in items]]
        )
    }
    found = [
        NewOutput(item.execution_id, item.run, task_id, path, item.result.outputs, folder)
        for item in items
        if item.result.outputs and item.run in places
        for task_id, path, folder in (places[item.run],)
    ]
    if found:
        packed = text(records(tenant_id, found))
        rows(sql.WRITE_OUTPUTS, {"tenant": tenant_id, "records": packed})


def message_of(item: Accepted) -> dict[str, Any]:
    """A result as a message."""
    result = item.result
    return {
        "execution_id": item.execution_id,
        "task_run_id": item.run,
        "number": item.number,
        "ending": str(result.ending),
        "reason": result.reason,
        "error": result.error,
        "started_at": item.started_at.isoformat(),
        "at": item.ended_at.isoformat(),
        "children": list(result.children),
        "metrics": [metric_json(item, point) for point in result.metrics],
        "output_bytes": size_of(result.outputs) if result.outputs else 0,
        "effects": carried_effects.written(result.effects),
    }


def metric_json(item: Accepted, point: Any) -> dict[str, Any]:
    """A metric as a record of its table, but for the task's id."""
    return {
        "execution_id": item.execution_id,
        "task_run_id": item.run,
        "attempt_number": item.number - 1,
        "name": point.name,
        "kind": point.kind,
        "value": point.value,
        "tags": dict(point.tags),
        "at": datetime.fromtimestamp(point.at, UTC).isoformat(),
    }


def event_of(message: Mapping[str, Any]) -> TryEnded:
    """The end of a try, from its message."""
    return TryEnded(
        run=UUID(str(message["task_run_id"])),
        ending=State(message["ending"]),
        started_at=moment_of(message["started_at"]),
        at=moment_of(message["at"]),
        reason=message.get("reason"),
        error=message.get("error"),
    )


def reported(plan: Plan, parent: UUID, children: Sequence[Mapping[str, Any]]) -> list[RunReported]:
    """The task runs that a worker ran by itself inside an attempt."""
    found: list[RunReported] = []
    for child in children:
        task_id = str(child["taskId"])
        # One that a task made up may bear the name of a task of the flow, and is none of its runs.
        node = None if child.get("dynamic") else plan.of_task(task_id)
        tries = tuple(_try(item) for item in child.get("tries") or ())
        found.append(
            RunReported(
                run=UUID(str(child["id"])),
                parent=UUID(str(child.get("parent") or parent)),
                task_id=task_id,
                node=None if node is None else node.index,
                state=State(child["state"]),
                started_at=datetime.fromtimestamp(child["startedAt"], UTC),
                at=datetime.fromtimestamp(child["endedAt"], UTC),
                value=child.get("value"),
                attempts=0 if child["state"] == "SKIPPED" else max(1, len(tries)),
                tries=tries,
                reason=child.get("reason"),
                error=child.get("error"),
            )
        )
    return found


def _try(record: Mapping[str, Any]) -> Try:
    return Try(
        State(record["state"]),
        datetime.fromtimestamp(record["startedAt"], UTC),
        datetime.fromtimestamp(record["endedAt"], UTC),
    )


def child_metrics(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The metrics of the task runs that a worker ran by itself, as records of their table."""
    return [
        {
            "execution_id": message["execution_id"],
            "task_run_id": child["id"],
            "task_id": child["taskId"],
            "attempt_number": 0,
            "name": point["name"],
            "kind": point["type"],
            "value": point["value"],
            "tags": point["tags"],
            "at": datetime.fromtimestamp(point["at"], UTC).isoformat(),
        }
        for child in message.get("children") or ()
        for point in child.get("metrics") or ()
    ]
