"""Runs the tasks of a shared working directory one after the other, in one folder, on one worker.

Theory of operation. The engine sees a single attempt. Each task inside is tried as an attempt would
be, as often as its own policy of retries says, and leaves a record that travels with the
directory's result; its outputs and variables are seen by the tasks after it at once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import TypeAdapter

from downbeat.sdk.effects import Effect, SetVariables
from downbeat.sdk.retry import Retry
from executions.worker.channel import Control
from executions.worker.delay import waited
from executions.worker.directory_child import child_work
from executions.worker.work import AttemptResult, Ending, MetricPoint, Work
from flows.spec.render import RenderError
from flows.spec.retry import RetryAt, next_attempt

RunOne = Callable[[Work], AttemptResult]
_WORST = (Ending.SUCCESS, Ending.WARNING, Ending.FAILED, Ending.KILLED)
_POLICY: Final[TypeAdapter[Retry]] = TypeAdapter(Retry)
_FOR_GOOD: Final = frozenset({"run_if", "killed", "lease_lost", "directory.timeout"})
"""Failures that another try cannot mend."""


@dataclass(slots=True)
class DirectoryJob:
    """The children of one directory; each result becomes a record in ``children``.

    A record holds ``id`` (task run), ``taskId``, ``state``, ``outputs``, ``error``, ``reason``,
    ``startedAt`` and ``endedAt`` (seconds since the epoch), ``tries`` and ``metrics``.
    ``limit`` is the time that the whole directory may take.
    """

    work: Work
    control: Control
    run_one: RunOne
    should_run: Callable[[Work, Mapping[str, Any]], bool]
    limit: timedelta | None = None
    records: list[Mapping[str, Any]] = field(default_factory=list)
    assets: list[Mapping[str, Any]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    _outputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _begun: float = field(default_factory=time.monotonic)
    _variables: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._variables = dict(self.work.context.get("vars") or {})

    def run(self, tasks: Sequence[Mapping[str, Any]]) -> Ending:
        """How the group ended: the worst child; a failed child is the last that ran."""
        worst = Ending.SUCCESS
        for task in tasks:
            if task.get("disabled"):
                continue
            if self.control.killed():
                return Ending.KILLED
            worst = max(worst, self._child(task), key=_WORST.index)
            if worst in (Ending.FAILED, Ending.KILLED):
                break
        return worst

    def _child(self, task: Mapping[str, Any]) -> Ending:
        started = time.time()
        work = self._work(task, tries=0)
        try:
            if not self.should_run(work, task):
                skipped = AttemptResult(work.key, Ending.SUCCESS)
                self._record(work, "SKIPPED", skipped, started, [])
                return Ending.SUCCESS
        except RenderError as problem:
            result = AttemptResult(work.key, Ending.FAILED, reason="run_if", error=str(problem))
            return self._end(work, task, result, started, [])
        return self._tried(task, started)

    def _tried(self, task: Mapping[str, Any], started: float) -> Ending:
        policy = _policy(task)
        tries: list[Mapping[str, Any]] = []
        while True:
            began = time.time()
            work = self._work(task, tries=len(tries))
            result = self._run(work)
            tries.append(_try(result, began))
            pause = self._pause_before_next(policy, result, len(tries), started)
            if pause is None or not waited(pause, self.control):
                break
        if policy and policy.warning_on_retry and len(tries) > 1:
            result = _warned(result)
        return self._end(work, task, result, started, tries)

    def _run(self, work: Work) -> AttemptResult:
        if work.timeout is not None and work.timeout <= timedelta():
            message = "Timeout: the directory has no time left for this task"
            return AttemptResult(work.key, Ending.FAILED, reason="directory.timeout", error=message)
        return self.run_one(work)

    def _work(self, task: Mapping[str, Any], *, tries: int) -> Work:
        return child_work(
            self.work,
            task,
            outputs=self._outputs,
            variables=self._variables,
            tries=tries,
            left=self._left(),
        )

    def _left(self) -> timedelta | None:
        if self.limit is None:
            return None
        return self.limit - timedelta(seconds=time.monotonic() - self._begun)

    def _pause_before_next(
        self, policy: Retry | None, result: AttemptResult, tries: int, started: float
    ) -> float | None:
        """Seconds until the next try; None if this was the last."""
        if result.ending is not Ending.FAILED or result.reason in _FOR_GOOD:
            return None
        now = datetime.now(UTC)
        answer = next_attempt(
            policy,
            attempts=tries,
            first_started=datetime.fromtimestamp(started, UTC),
            now=now,
            draw=random.random(),
        )
        if not isinstance(answer, RetryAt):
            return None
        pause = (answer.when - now).total_seconds()
        left = self._left()
        return None if left is not None and left.total_seconds() <= pause else max(0.0, pause)

    def _end(
        self,
        work: Work,
        task: Mapping[str, Any],
        result: AttemptResult,
        started: float,
        tries: Sequence[Mapping[str, Any]],
    ) -> Ending:
        ending = _forgiven(result.ending, task)
        self._outputs[work.info.task_id] = dict(result.outputs)
        self._record(work, ending.value, result, started, tries)
        self.records += [{"parent": work.info.task_run_id, **one} for one in result.children]
        self.assets += result.assets
        self._take_effects(result)
        return ending

    def _take_effects(self, result: AttemptResult) -> None:
        self.effects += result.effects
        for effect in result.effects:
            if isinstance(effect, SetVariables):
                self._variables |= effect.variables
                for name in effect.remove:
                    self._variables.pop(name, None)

    def _record(
        self,
        work: Work,
        state: str,
        result: AttemptResult,
        started: float,
        tries: Sequence[Mapping[str, Any]],
    ) -> None:
        self.records.append(
            {
                "id": work.info.task_run_id,
                "taskId": work.info.task_id,
                "value": work.info.value,
                "state": state,
                "outputs": dict(result.outputs),
                "error": result.error,
                "reason": result.reason,
                "startedAt": started,
                "endedAt": time.time(),
                "tries": list(tries),
                "metrics": [_metric(point) for point in result.metrics],
            }
        )


def _policy(task: Mapping[str, Any]) -> Retry | None:
    """The task's own policy: that of the directory repeats the directory as a whole."""
    found = task.get("retry")
    if not found:
        return None
    policy = _POLICY.validate_python(found, by_alias=True, by_name=False)
    return policy if policy.behavior == "RETRY_FAILED_TASK" else None


def _try(result: AttemptResult, began: float) -> Mapping[str, Any]:
    return {"state": result.ending.value, "startedAt": began, "endedAt": time.time()}


def _warned(result: AttemptResult) -> AttemptResult:
    if result.ending is not Ending.SUCCESS:
        return result
    return replace(result, ending=Ending.WARNING)


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
