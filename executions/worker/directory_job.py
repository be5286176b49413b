"""Runs the tasks of a shared working directory one after the other, in one folder, on one worker."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from executions.worker.channel import Control
from executions.worker.work import AttemptResult, Ending, MetricPoint, Work

RunOne = Callable[[Work, Path], AttemptResult]
_WORST = (Ending.SUCCESS, Ending.WARNING, Ending.FAILED, Ending.KILLED)


@dataclass(slots=True)
class DirectoryJob:
    """The children of one directory; each result becomes a record in ``children``.

    A record holds ``id`` (task run), ``taskId``, ``state``, ``outputs``, ``error``, ``reason``,
    ``startedAt`` and ``endedAt`` (seconds since the epoch) and ``metrics``.
    """

    work: Work
    control: Control
    folder: Path
    run_one: RunOne
    should_run: Callable[[Work, Mapping[str, Any]], bool]
    records: list[Mapping[str, Any]] = field(default_factory=list)

    def run(self, tasks: Sequence[Mapping[str, Any]]) -> Ending:
        """How the group ended: the worst child; a failed child is the last that ran."""
        worst = Ending.SUCCESS
        outputs: dict[str, Any] = {}
        for task in tasks:
            if task.get("disabled"):
                continue
            if self.control.killed():
                return Ending.KILLED
            ending = self._child(task, outputs)
            worst = max(worst, ending, key=_WORST.index)
            if ending in (Ending.FAILED, Ending.KILLED):
                break
        return worst

    def _child(self, task: Mapping[str, Any], outputs: dict[str, Any]) -> Ending:
        work = self._work_of(task, outputs)
        started = time.time()
        if not self.should_run(work, task):
            self._record(work, "SKIPPED", AttemptResult(work.key, Ending.SUCCESS), started)
            return Ending.SUCCESS
        result = self.run_one(work, self.folder)
        ending = _forgiven(result.ending, task)
        outputs[work.info.task_id] = dict(result.outputs)
        self._record(work, ending.value, result, started)
        return ending

    def _work_of(self, task: Mapping[str, Any], outputs: Mapping[str, Any]) -> Work:
        work = self.work
        task_id, type_name = str(task["id"]), str(task["type"])
        run_id = str(uuid.uuid5(uuid.UUID(work.info.task_run_id), task_id))
        known = {**(work.context.get("outputs") or {}), **outputs}
        run = {**(work.context.get("taskrun") or {}), "id": run_id}
        context = {
            **work.context,
            "outputs": known,
            "task": {"id": task_id, "type": type_name},
            "taskrun": {**run, "parentId": work.info.task_run_id},
        }
        return replace(
            work,
            kind="task",
            type_name=type_name,
            task=task,
            context=context,
            info=replace(work.info, task_id=task_id, task_run_id=run_id),
            timeout=None,
            log_level=task.get("logLevel") or work.log_level,
        )

    def _record(self, work: Work, state: str, result: AttemptResult, started: float) -> None:
        self.records.append(
            {
                "id": work.info.task_run_id,
                "taskId": work.info.task_id,
                "state": state,
                "outputs": dict(result.outputs),
                "error": result.error,
                "reason": result.reason,
                "startedAt": started,
                "endedAt": time.time(),
                "metrics": [_metric(point) for point in result.metrics],
            }
        )


def _metric(point: MetricPoint) -> Mapping[str, Any]:
    return {
        "name": point.name,
        "value": point.value,
        "type": point.kind,
        "tags": dict(point.tags),
        "at": point.at,
    }


def _forgiven(ending: Ending, task: Mapping[str, Any]) -> Ending:
    if ending is Ending.FAILED and task.get("allowFailure"):
        ending = Ending.WARNING
    if ending is Ending.WARNING and task.get("allowWarning"):
        ending = Ending.SUCCESS
    return ending
