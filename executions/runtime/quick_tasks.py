"""Runs a quick task inside the turn's transaction: rendered, run, its effects and outputs kept.

A quick task is pure and short. Its ``timeout``, if it has one, bounds its expressions as well, and
a task that was late leaves nothing. Whatever a type does wrong is the task's failure, not the
engine's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import DatabaseError

from downbeat.common import clock, storage
from downbeat.common.errors import AppError
from downbeat.sdk.context import RunInfo
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import format_duration
from downbeat.sdk.task import InlineResult, InlineTask, Task
from executions.engine.events import Event, TryEnded
from executions.engine.state import Reason, Run, State
from executions.runtime import effects
from executions.runtime.output_limit import OutputsTooLarge
from executions.runtime.reach import readable
from executions.runtime.turn_log import file_of
from executions.runtime.variables import visible
from executions.worker.assets import MOST, declared
from flows import facade as flows
from flows.spec.expressions import Budget
from flows.spec.render import RenderError, render_field, render_task

if TYPE_CHECKING:
    from executions.runtime.inline import Hands

TOO_LARGE: Final = "output.too_large"


class TooLateError(TaskFailed):
    """The task took longer than its ``timeout``."""

    def __init__(self, timeout: timedelta) -> None:
        super().__init__(f"Timeout: the task ran longer than {format_duration(timeout)}")


def run_quick(hands: Hands, run: Run) -> tuple[Event, ...]:
    """The end of the task, and what it asks of its execution."""
    first, began = len(hands.log.lines), clock.now()
    hands.asked = []
    ended = replace(_tried(hands, run), started_at=began, at=clock.now())
    if ended.ending is State.FAILED:
        level = hands.compiled.plan.nodes[run.node].task.log_level
        hands.say(run, "ERROR", ended.error or "", level_of=level)
        hands.asked = []
    ended = replace(ended, log_file=_log_file(hands, run, first))
    return (ended, *hands.asked)


def _tried(hands: Hands, run: Run) -> TryEnded:
    try:
        return _ended(run, _run(hands, run))
    except DatabaseError:
        raise  # the transaction is lost, and the whole turn with it
    except TooLateError as problem:
        return _ended(run, State.FAILED, Reason.TIMEOUT, str(problem))
    except OutputsTooLarge as problem:
        return _ended(run, State.FAILED, TOO_LARGE, str(problem))
    except RenderError as problem:
        return _ended(run, State.FAILED, Reason.RENDER, str(problem))
    except (TaskFailed, AppError) as problem:
        return _ended(run, State.FAILED, "failed", str(problem))
    except Exception as problem:  # a crash in a task type must not stop the engine
        message = f"{type(problem).__name__}: {problem}"
        return _ended(run, State.FAILED, Reason.PANIC, message)


def _ended(
    run: Run, ending: State, reason: str | None = None, error: str | None = None
) -> TryEnded:
    now = clock.now()
    return TryEnded(run.id, ending, now, now, reason, error, by_worker=False)


def _run(hands: Hands, run: Run) -> State:
    result, found = _result(hands, run)
    if found:
        hands.left.assets.append((run, found))
    for effect in result.effects:
        effects.apply(hands, run, effect)
    if result.outputs:
        hands.put_outputs(run, dict(result.outputs))
    return State(result.state)


def _result(hands: Hands, run: Run) -> tuple[InlineResult, Sequence[Mapping[str, Any]]]:
    """What the task says, and the assets that it lists; nothing of it has happened yet."""
    task = hands.compiled.plan.nodes[run.node].task
    began = clock.now()
    timeout = _timeout(hands, run, task)
    if not hands.compiled.nodes[run.node].static:
        task = _rendered(hands, run, task, timeout)
    if not isinstance(task, InlineTask):
        raise TaskFailed(f"{task.type} does not run inline")
    result = task.run_inline(InlineHost(hands.info(run), hands))
    if timeout is not None and clock.now() - began > timeout:
        raise TooLateError(timeout)
    found = [hands.log.masker.value(one) for one in declared(task.assets)]
    return result, found[:MOST]


def _timeout(hands: Hands, run: Run, task: Task) -> timedelta | None:
    if task.timeout is None:
        return None
    found: timedelta | None = render_field(task, "timeout", hands.context(run), hands.services)
    return found


def _rendered(hands: Hands, run: Run, task: Task, timeout: timedelta | None) -> Task:
    if timeout is None:
        return render_task(task, hands.context(run), hands.services)
    began, usual = clock.now(), Budget()
    budget = Budget(seconds=min(usual.seconds, timeout.total_seconds()))
    try:
        return render_task(task, hands.context(run), hands.services, budget=budget)
    except RenderError:
        # Either may have ended it: its own mistake, or the time that it was given.
        if clock.now() - began >= timeout:
            raise TooLateError(timeout) from None
        raise


def _log_file(hands: Hands, run: Run, first: int) -> str | None:
    """The address of the try's own lines as a file, if the task wants one."""
    task = hands.compiled.plan.nodes[run.node].task
    if not task.log_to_file:
        return None
    own = [line for line in hands.log.lines[first:] if line.task_run_id == run.id]
    name = f"{hands.facts.folder}/tasks/{task.id}/{run.id}/{run.attempts + 1}/{task.id}.log"
    return storage.storage_for(hands.facts.tenant_id).put(name, file_of(own))


class InlineHost:
    """The context that a quick task is given."""

    def __init__(self, run: RunInfo, hands: Hands) -> None:
        self.run = run
        self._hands = hands

    @property
    def variables(self) -> Mapping[str, Any]:
        return visible(self._hands.compiled.revision.spec.variables, self._hands.facts.variables)

    def kv_get(self, namespace: str, key: str) -> Any:
        found = flows.pair(self._place(namespace), key)
        if found is None:
            raise KeyError(key)
        return found.value

    def kv_keys(self, namespace: str, prefix: str) -> list[str]:
        return flows.keys(self._place(namespace), prefix)

    def state_get(self, key: str) -> Mapping[str, Any] | None:
        return flows.state(self._hands.facts.namespace, key)

    def _place(self, namespace: str) -> str:
        return readable(self._hands.facts.namespace, namespace)
