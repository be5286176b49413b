"""The state of a group is that of its worst child; some groups and tasks forgive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from downbeat.sdk.shapes import Iteration, Sequence, Shape
from executions.engine.plan import Node
from executions.engine.state import Scope, State

WORST_FIRST: Final = (
    State.KILLED,
    State.CANCELLED,
    State.RETRIED,
    State.FAILED,
    State.WARNING,
)
STOPS: Final = frozenset(WORST_FIRST[:4])
FORGIVABLE: Final = frozenset({State.CANCELLED, State.FAILED, State.WARNING})
"""Ends of iterations that a loop may keep to itself."""


def worst(tally: Mapping[str, int]) -> State:
    """The worst state in a tally; SUCCESS if there is nothing worse."""
    return next((state for state in WORST_FIRST if tally.get(state)), State.SUCCESS)


def stopped(scope: Scope) -> bool:
    """Whether a child ended so that nothing of the same sequence may follow."""
    return any(scope.tally.get(state) for state in STOPS)


def of_scope(shape: Shape | None, scope: Scope) -> State:
    """How a group ends: its tasks decide, and a failing ``finally``; handlers of errors do not."""
    of_tasks = worst(scope.tally)
    if isinstance(shape, Sequence) and shape.tolerant and of_tasks is State.FAILED:
        of_tasks = State.WARNING
    if isinstance(shape, Iteration) and not shape.transmits and of_tasks in FORGIVABLE:
        of_tasks = State.SUCCESS
    both: dict[str, int] = {of_tasks: 1, worst(scope.late): 1}
    return worst(both)


def forgiven(node: Node, state: State) -> State:
    """What a task's own keys make of its state: a failure or a warning may be allowed."""
    if state is State.FAILED and node.task.allow_failure:
        state = State.WARNING
    if state is State.WARNING and node.task.allow_warning:
        state = State.SUCCESS
    return state
