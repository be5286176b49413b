"""What a flow comes to, computed without the engine: by recursion over its tasks, all at once.

The engine walks, counts and folds; this says what all of that has to come to when nobody kills,
restarts or loses the execution. It knows tasks and their shapes only, no scopes and no events.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from downbeat.sdk import shapes
from downbeat.sdk.retry import Retry
from downbeat.sdk.task import FlowableTask, Task
from executions.engine.state import State
from tests.unit.engine.fate import Fate, Place
from tests.unit.engine.world import Flow

BAD: Final = (State.KILLED, State.CANCELLED, State.RETRIED, State.FAILED)
ENDS_OF_PAUSES: Final = {"WARN": State.WARNING, "FAIL": State.FAILED, "CANCEL": State.CANCELLED}
KEPT: Final = (State.CANCELLED, State.FAILED, State.WARNING)
"""Ends of items that a loop may keep to itself."""
Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class End:
    """How a task run ended, after how many tries."""

    state: State
    attempts: int = 0


@dataclass(slots=True)
class Meaning:
    """The end of an execution and of each task run of it."""

    fate: Fate
    state: State = State.SUCCESS
    runs: dict[Key, End] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Where:
    path: tuple[str, ...]
    rounds: tuple[int, ...]
    retry: Retry | None


def meaning_of(flow: Flow, fate: Fate) -> Meaning:
    """What the flow comes to in a world of these answers."""
    found = Meaning(fate)
    where = _Where((), (), flow.retry)
    states = _in_order(found, flow.tasks, where)
    late = _handled(found, states, flow.errors, flow.finally_, where)
    state = _worst([_worst(states), _worst(late)])
    broken = bool(flow.outputs) and fate.outputs_break()
    found.state = State.FAILED if broken and state in (State.SUCCESS, State.WARNING) else state
    _all(found, flow.after_execution, where)
    return found


def _worst(states: Iterable[State]) -> State:
    seen = set(states)
    return next((state for state in (*BAD, State.WARNING) if state in seen), State.SUCCESS)


def _enabled(tasks: Sequence[Task] | None) -> list[Task]:
    return [task for task in tasks or () if not task.disabled]


def _in_order(found: Meaning, tasks: Sequence[Task], where: _Where) -> list[State]:
    """One after the other, until one ends badly."""
    states: list[State] = []
    for task in _enabled(tasks):
        states.append(_run(found, task, where))
        if states[-1] in BAD:
            break
    return states


def _all(found: Meaning, tasks: Sequence[Task] | None, where: _Where) -> list[State]:
    return [_run(found, task, where) for task in _enabled(tasks)]


def _handled(
    found: Meaning,
    states: list[State],
    errors: Sequence[Task] | None,
    finally_: Sequence[Task] | None,
    where: _Where,
) -> list[State]:
    """Runs the handlers of errors if there were any, and then what runs in any case."""
    if State.FAILED in states:
        _all(found, errors, where)
    return _all(found, finally_, where)


def _run(found: Meaning, task: Task, where: _Where) -> State:
    place = Place(task, where.path, where.rounds)
    key = (str(task.id), where.path)
    found.runs[key] = End(State.CREATED)
    if task.run_if not in (True, "true"):
        holds = found.fate.run_if(place)
        if not holds:
            end = End(State.SKIPPED) if holds is False else End(_forgiven(task, State.FAILED))
            found.runs[key] = end
            return end.state
    where = replace(where, retry=task.retry or where.retry)
    shape = task.shape() if isinstance(task, FlowableTask) else None
    if isinstance(task, FlowableTask) and not isinstance(
        shape, shapes.ChildExecution | shapes.ChildExecutions | shapes.Delay | None
    ):
        end = _group(found, task, shape, place, where)
    else:
        end = _tries(found, place, shape, where.retry)
    end = replace(end, state=_forgiven(task, end.state))
    found.runs[key] = end
    return end.state


def _forgiven(task: Task, state: State) -> State:
    if state is State.FAILED and task.allow_failure:
        state = State.WARNING
    return State.SUCCESS if state is State.WARNING and task.allow_warning else state


def _tries(found: Meaning, place: Place, shape: shapes.Shape | None, retry: Retry | None) -> End:
    """Tries until one does not fail, or there may be no more of them."""
    losses = tries = 0
    while True:
        tries += 1
        verdict = _one_try(found, place, shape, tries)
        state, lost = (State.FAILED, True) if isinstance(verdict, tuple) else (verdict, False)
        losses += lost
        blamed = tries - losses
        if state is not State.FAILED:
            warned = state is State.SUCCESS and blamed > 1 and retry and retry.warning_on_retry
            return End(State.WARNING if warned else state, tries)
        if lost and (losses == 3 or place.task.on_worker_lost == "FAIL"):
            return End(State.FAILED, tries)
        if not lost and (retry is None or blamed >= (retry.max_attempts or 0)):
            return End(State.FAILED, tries)


def _one_try(
    found: Meaning, place: Place, shape: shapes.Shape | None, number: int
) -> State | tuple[State, str]:
    match shape:
        case shapes.Delay():
            broken = found.fate.delay(place, number) is None
            return State.FAILED if broken else State.SUCCESS
        case shapes.ChildExecution() | shapes.ChildExecutions():
            if found.fate.child(place, number) is None:
                return State.FAILED
    return found.fate.ending(place, number)


def _group(
    found: Meaning, task: FlowableTask, shape: shapes.Shape | None, place: Place, where: _Where
) -> End:
    attempts = 0
    if isinstance(shape, shapes.SharedDirectory):
        end = _tries(found, place, shape, where.retry)
        states: list[State] | None = [end.state]
        attempts = end.attempts
    else:
        states = _children(found, shape, place, where)
    if states is None:
        return End(State.FAILED)
    items = isinstance(shape, shapes.Iteration) and shape.isolated
    late = [] if items else _handled(found, states, task.errors, task.finally_, where)
    state = _worst(states)
    if isinstance(shape, shapes.Iteration) and not shape.transmits and state in KEPT:
        state = State.SUCCESS
    if isinstance(shape, shapes.Sequence) and shape.tolerant and state is State.FAILED:
        state = State.WARNING
    return End(_worst([state, _worst(late)]), attempts)


def _children(
    found: Meaning, shape: shapes.Shape | None, place: Place, where: _Where
) -> list[State] | None:
    """How the tasks inside a group end; None if it cannot begin."""
    match shape:
        case shapes.Sequence(tasks=tasks):
            return _in_order(found, tasks, where)
        case shapes.Concurrent(tasks=tasks) | shapes.Graph(tasks=tasks):
            return _all(found, tasks, where)
        case shapes.Choice():
            return _chosen(found, shape, place, where)
        case shapes.Iteration():
            return _iterations(found, shape, place, where)
        case shapes.Repetition():
            return _rounds(found, shape, place, where)
        case shapes.Hold():
            return _held(found, shape, place, where)
        case None | shapes.SharedDirectory() | shapes.Delay():
            raise AssertionError(f"{shape} has no tasks of its own")
        case shapes.ChildExecution() | shapes.ChildExecutions():
            raise AssertionError(f"{shape} has no tasks of its own")
        case _:
            assert_never(shape)


def _chosen(
    found: Meaning, shape: shapes.Choice, place: Place, where: _Where
) -> list[State] | None:
    choice = found.fate.choice(place)
    if choice is None:
        return None
    tasks = shape.cases.get(choice, shape.default)
    if tasks is None:
        return [] if shape.by == "truth" else None
    return _in_order(found, tasks, where)


def _iterations(
    found: Meaning, shape: shapes.Iteration, place: Place, where: _Where
) -> list[State] | None:
    count = found.fate.count(place)
    if count is None:
        return None
    states: list[State] = []
    for number in range(count):
        inside = replace(where, path=(*where.path, str(number)))
        tasks = _enabled(shape.tasks)
        for task in tasks:
            states.append(_run(found, task, inside))
            if states[-1] in BAD and (shape.ordered or shape.limit == 1):
                break
        if shape.limit == 1 and not shape.isolated and any(state in BAD for state in states):
            break
    return states


def _rounds(
    found: Meaning, shape: shapes.Repetition, place: Place, where: _Where
) -> list[State] | None:
    number = 0
    while True:
        number += 1
        before = dict(found.runs)
        states = _in_order(found, shape.tasks, replace(where, rounds=(*where.rounds, number)))
        if any(state in BAD for state in states):
            return states
        answer = found.fate.until(place, number)
        if answer is None:
            return [*states, State.FAILED]
        if answer["done"]:
            return states
        if number >= answer["maxIterations"]:
            return [*states, State.FAILED] if answer["failOnMax"] else states
        found.runs = before


def _held(found: Meaning, shape: shapes.Hold, place: Place, where: _Where) -> list[State] | None:
    answer = found.fate.hold(place)
    if answer is None:
        return None
    states: list[State] = []
    if answer["delay"] is not None:
        states += [ENDS_OF_PAUSES[shape.behavior]] if shape.behavior in ENDS_OF_PAUSES else []
    elif answer["timeout"] is not None:
        states.append(State.FAILED)
    if any(state in BAD for state in states):
        return states
    return states + _in_order(found, shape.tasks, where)
