"""What is taken up again begins within the limit of its group; the rest waits in line for its turn.

A line is a chain: the group knows how many wait and who is next, and each run in the line knows
who comes after it. So a turn of the line costs the same however long it is, and nobody has to be
loaded but the run whose turn it is. A group that waits takes up nothing of what is inside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

from downbeat.sdk.shapes import Concurrent, Graph, Iteration, Shape
from executions.engine.commands import CallUp, Command, TakeTurn
from executions.engine.plan import Plan
from executions.engine.state import Run, Scope, Snapshot

IN_LINE: Final = "inLine"
"""The fact that a run waits for its turn: the run whose turn comes after its own, or nothing."""


def waits(run: Run) -> bool:
    """Whether the run was taken up again, and its turn has not come."""
    return IN_LINE in run.facts


def after(run: Run) -> UUID | None:
    """Who comes after a run that waits."""
    return UUID(run.facts[IN_LINE]) if run.facts[IN_LINE] else None


def limit_of(shape: Shape | None) -> int:
    """How many children of a group, or iterations, may be at work at once; 0 for any number."""
    return shape.limit if isinstance(shape, Concurrent | Graph | Iteration) else 0


def has_room(shape: Shape | None, scope: Scope) -> bool:
    """Whether one more of those that wait may begin; an iteration has one live task at a time."""
    limit = limit_of(shape)
    return limit == 0 or scope.live - scope.waiting < limit


def call(plan: Plan, snapshot: Snapshot, group: Run) -> Iterator[Command]:
    """Tells the next one in the line of a group, if there is room for it."""
    scope = group.scope
    if scope is None or scope.next_in_line is None or snapshot.execution.held:
        return
    if has_room(plan.nodes[group.node].shape, scope):
        yield CallUp(scope.next_in_line)


def take_turn(plan: Plan, snapshot: Snapshot, run: Run) -> Iterator[Command]:
    """The turn of a run that waits, once it is the next and there is room."""
    if run.parent is None or snapshot.execution.held:
        return
    above = snapshot.runs[run.parent]
    scope = snapshot.scope_of(above.id)
    its_turn = scope.next_in_line == run.id and not waits(above)
    if its_turn and has_room(plan.nodes[above.node].shape, scope):
        yield TakeTurn(run.id)


def relinked(run: Run, ids: Mapping[UUID, UUID]) -> Run:
    """A copy of a run, in a line of copies: ``ids`` are the new ids by the old ones."""
    if waits(run):
        then = after(run)
        run = replace(run, facts={**run.facts, IN_LINE: str(ids[then]) if then else ""})
    if run.scope is not None and run.scope.next_in_line is not None:
        scope = replace(run.scope, next_in_line=ids[run.scope.next_in_line])
        run = replace(run, scope=scope)
    return run
