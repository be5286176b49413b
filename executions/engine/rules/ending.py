"""The execution itself: when it begins, shows a pause, is stopped, and how it ends.

It walks ``tasks``, ``errors`` and ``finally`` as any group does, renders its outputs, and takes
the state of its worst task. What runs afterwards changes nothing of that state.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from executions.engine.commands import Breach, Command, MoveExecution, Render, WakeAt
from executions.engine.plan import Plan
from executions.engine.rules import agreements, killing, listening, outcome, progressing, retrying
from executions.engine.state import Ask, Execution, Snapshot, State

START: Final = "start"
FAILURE: Final = "failure"
WAITING: Final = frozenset({State.CREATED, State.QUEUED, State.RESTARTED})


def execution(plan: Plan, snapshot: Snapshot, now: datetime) -> Iterator[Command]:
    """What the execution as a whole does next."""
    it = snapshot.execution
    if it.ended:
        yield from listening.afterwards(plan, it)
    elif killing.holds(snapshot):
        yield from _killed(it)
    elif it.state is State.CREATED and FAILURE in it.facts:
        yield MoveExecution(State.FAILED)  # a check of the flow has refused it
    elif it.state is State.CREATED and it.scheduled_at is not None and it.scheduled_at > now:
        yield WakeAt(None, START, it.scheduled_at)
    else:
        yield from _let_in(plan, it, now)


def _let_in(plan: Plan, it: Execution, now: datetime) -> Iterator[Command]:
    watched = tuple(agreements.watch(plan, it, now))
    yield from watched
    if it.admitted and not any(isinstance(command, Breach) for command in watched):
        yield from _going_on(plan, it)


def _killed(it: Execution) -> Iterator[Command]:
    end_as = it.facts.get(killing.END_AS)
    if it.state is not State.KILLING and end_as is None:
        yield MoveExecution(State.KILLING)
    elif it.scope.live == 0:
        yield MoveExecution(State.KILLED if end_as is None else State(end_as))


def _going_on(plan: Plan, it: Execution) -> Iterator[Command]:
    paused = it.held or it.paused > 0
    if it.state in WAITING or (it.state is State.PAUSED and not paused):
        yield MoveExecution(State.RUNNING)
        return
    if paused and it.state is not State.PAUSED:
        yield MoveExecution(State.PAUSED)
    step = progressing.next_step(plan, None, None, it.scope, held=it.held)
    if step is not None:
        yield from step
    elif it.scope.live == 0 and not it.held:
        yield from _end(plan, it)


def _end(plan: Plan, it: Execution) -> Iterator[Command]:
    state = outcome.of_scope(None, it.scope)
    if state is not State.RETRIED and plan.has_outputs and not _outputs_tried(it):
        yield Render(None, Ask.OUTPUTS)
        return
    if state is State.RETRIED:
        yield from _renewal(it)
    failed = FAILURE in it.facts and state in (State.SUCCESS, State.WARNING)
    yield MoveExecution(State.FAILED if failed else state)


def _renewal(it: Execution) -> Iterator[Command]:
    """The moment of the next execution: planned at the end, or it might come before the end does."""
    due = it.facts.get(retrying.RETRY_AT)
    if due is not None:
        yield WakeAt(None, retrying.NEW_EXECUTION, datetime.fromisoformat(due))


def _outputs_tried(it: Execution) -> bool:
    return Ask.OUTPUTS in it.facts or FAILURE in it.facts
