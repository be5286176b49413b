"""Flows as whoever starts or watches an execution needs them: structure, without properties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from downbeat.common import clock
from downbeat.sdk.task import Task
from executions.selectors.reasons import Reason
from flows.contracts import RevisionRef

Json = dict[str, Any]


def flow_for_execution(revision: RevisionRef) -> Json:
    """A revision: its inputs and the tree of its tasks."""
    spec = revision.spec
    shown: Json = {
        "id": revision.flow_id,
        "namespace": revision.namespace,
        "revision": revision.revision,
        "description": spec.description,
        "disabled": revision.disabled,
        "deleted": revision.deleted,
        "draft": False,
        "labels": {label.key: label.value for label in spec.labels},
        "variables": spec.variables,
        "inputs": _dumped(spec.inputs),
        "outputs": _dumped(spec.outputs),
        "tasks": _tasks(spec.tasks),
        "triggers": [{"id": trigger.id, "type": trigger.type} for trigger in spec.triggers],
    }
    lists = {
        "errors": spec.errors,
        "finally": spec.finally_,
        "afterExecution": spec.after_execution,
    }
    return shown | {name: _tasks(tasks) for name, tasks in lists.items() if tasks}


def with_runs(graph: Json, runs: Iterable[Json]) -> Json:
    """A graph whose task nodes carry their latest task run."""
    latest = {run["taskId"]: run for run in runs}
    nodes = []
    for node in graph["nodes"]:
        run = latest.get((node.get("task") or {}).get("id"))
        nodes.append(node if run is None else {**node, "taskRun": run})
    return {**graph, "nodes": nodes}


def reason(found: Reason) -> Json:
    """A reason why something waits."""
    shown: Json = {"code": found.code, "message": found.message}
    if found.task_run_id is not None:
        shown["taskRunId"] = str(found.task_run_id)
    if found.blocker is not None:
        shown["blocker"] = found.blocker
    if found.until is not None:
        shown["until"] = clock.wire(found.until)
    return shown


def _tasks(tasks: Iterable[Task]) -> list[Json]:
    return [_task(task) for task in tasks]


def _task(task: Task) -> Json:
    inside = [child for _, children in task.tasks_inside() for child in children]
    shown: Json = {"id": task.id, "type": task.type}
    return {**shown, "tasks": _tasks(inside)} if inside else shown


def _dumped(items: Iterable[Any]) -> list[Json]:
    return [item.model_dump(mode="json", by_alias=True, exclude_none=True) for item in items]
