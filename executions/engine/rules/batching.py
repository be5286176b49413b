"""A loop over the batches of a file starts a child execution for each, and waits for all of them.

Children start in portions, within the limit, so that no turn is long and no more is in memory than
a portion. How many there are, which have started and how those that ended have ended is all that
the loop knows of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from downbeat.sdk.shapes import ChildExecutions
from executions.engine.commands import Command, EndTry, StartBatches
from executions.engine.plan import Node
from executions.engine.rules import outcome
from executions.engine.state import Ask, Execution, Run, Scope, State

PORTION: Final = 100
"""Child executions started in one transaction."""
CHILD: Final = "child"
"""The reason of a try that failed because a child execution did."""


def progress(node: Node, run: Run, execution: Execution) -> Iterator[Command]:
    """What a loop over child executions does next: start some more, wait, or end."""
    scope = run.scope
    if scope is None or not isinstance(node.shape, ChildExecutions):
        return
    upto = _next(node.shape, scope)
    if upto > scope.cursor:
        if not execution.held:
            yield StartBatches(run.id, upto)
    elif scope.open == 0 and scope.cursor == scope.total:
        yield _end(run, scope)


def _next(shape: ChildExecutions, scope: Scope) -> int:
    """The number up to which batches may have started."""
    free = PORTION if shape.limit == 0 else min(PORTION, max(0, shape.limit - scope.open))
    return min(scope.cursor + free, scope.total)


def _end(run: Run, scope: Scope) -> EndTry:
    transmits = run.facts[Ask.BATCHES].get("transmitFailed", True)
    ending = taken_over(outcome.worst(scope.tally)) if transmits else State.SUCCESS
    if ending is not State.FAILED:
        return EndTry(run.id, ending)
    return EndTry(run.id, ending, CHILD, _complaint(scope.tally, scope.total))


def taken_over(state: State) -> State:
    """How a task ends whose child execution has ended so."""
    match state:
        case State.FAILED | State.CANCELLED | State.RETRIED:
            return State.FAILED
        case State.KILLED | State.WARNING:
            return state
        case _:
            return State.SUCCESS


def _complaint(tally: Mapping[str, int], total: int) -> str:
    unwell = {state: number for state, number in tally.items() if state in outcome.STOPS}
    counts = ", ".join(f"{number} {state}" for state, number in sorted(unwell.items()))
    return f"Of {total} child executions did not succeed: {counts}"
