"""Which children a scope creates next, by its shape.

One after the other; at once; each once all that it needs have ended; or for each value. A failure
stops a sequence, and a loop of one iteration at a time; what runs side by side goes on.
"""

from __future__ import annotations

from typing import Final, assert_never
from uuid import UUID

from downbeat.sdk.shapes import (
    ChildExecution,
    ChildExecutions,
    Choice,
    Concurrent,
    Delay,
    Graph,
    Hold,
    Iteration,
    Repetition,
    Sequence,
    SharedDirectory,
)
from executions.engine.commands import CreateRun
from executions.engine.plan import Node, Plan
from executions.engine.rules import outcome
from executions.engine.state import Scope, State

BATCH: Final = 250
"""Children created in one look: a loop of thousands settles in several transactions."""
ABANDONED: Final = frozenset({State.KILLED, State.CANCELLED, State.RETRIED})


def walk(plan: Plan, node: Node | None, owner: UUID | None, scope: Scope) -> tuple[CreateRun, ...]:
    """The children that may be created now."""
    tasks = plan.branch(node, scope.branch)
    shape = node.shape if node is not None else Sequence(())
    match shape:
        case Sequence() | Choice() | Hold() | Repetition():
            return _sequence(tasks, owner, scope)
        case Concurrent(limit=limit):
            return _concurrent(tasks, owner, scope, limit)
        case Graph(limit=limit):
            return _graph(plan, tasks, owner, scope, limit)
        case Iteration():
            return _iteration(shape, tasks, owner, scope)
        case SharedDirectory() | ChildExecution() | ChildExecutions() | Delay() | None:
            return ()
        case _:
            assert_never(shape)


def _sequence(tasks: tuple[int, ...], owner: UUID | None, scope: Scope) -> tuple[CreateRun, ...]:
    if scope.live or scope.cursor >= len(tasks) or outcome.stopped(scope):
        return ()
    return (CreateRun(owner, tasks[scope.cursor]),)


def _concurrent(
    tasks: tuple[int, ...], owner: UUID | None, scope: Scope, limit: int
) -> tuple[CreateRun, ...]:
    if _abandoned(scope):
        return ()
    free = _free(limit, scope.live)
    return tuple(CreateRun(owner, node) for node in tasks[scope.cursor : scope.cursor + free])


def _graph(
    plan: Plan, tasks: tuple[int, ...], owner: UUID | None, scope: Scope, limit: int
) -> tuple[CreateRun, ...]:
    if _abandoned(scope):
        return ()
    started, ended = set(scope.started), set(scope.ended)
    ready = [node for node in tasks if node not in started and plan.nodes[node].needs <= ended]
    return tuple(CreateRun(owner, node) for node in ready[: _free(limit, scope.live)])


def _iteration(
    shape: Iteration, tasks: tuple[int, ...], owner: UUID | None, scope: Scope
) -> tuple[CreateRun, ...]:
    stops = shape.limit == 1 and not shape.isolated and outcome.stopped(scope)
    if not tasks or stops or scope.broken or _abandoned(scope):
        return ()
    if not shape.ordered:
        last = min(scope.cursor + _free(shape.limit, scope.live), scope.total * len(tasks))
        places = (divmod(unit, len(tasks)) for unit in range(scope.cursor, last))
        return tuple(CreateRun(owner, tasks[place], number) for number, place in places)
    last = min(scope.cursor + _free(shape.limit, scope.open), scope.total)
    return tuple(CreateRun(owner, tasks[0], number) for number in range(scope.cursor, last))


def _free(limit: int, used: int) -> int:
    return BATCH if limit == 0 else max(0, min(limit - used, BATCH))


def _abandoned(scope: Scope) -> bool:
    return any(scope.tally.get(state) for state in ABANDONED)
