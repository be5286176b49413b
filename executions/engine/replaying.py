"""The runs with which a replay begins: copies of what came before a task run, and that run anew.

In a sequence what came earlier is kept; beside a task that runs side by side with others, the
others are kept too; in a loop of one iteration at a time later iterations are dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from downbeat.sdk.shapes import Concurrent, Graph, Iteration
from executions.engine.counting import phase_of
from executions.engine.events import LinedUp
from executions.engine.evolve import evolve
from executions.engine.plan import Kind, Plan
from executions.engine.recounting import is_afterwards, order_of, recount
from executions.engine.rules import lining
from executions.engine.state import Execution, Moment, Phase, Run, Scope, Snapshot, State


@dataclass(frozen=True, slots=True)
class Replayed:
    """The beginning of a new execution."""

    runs: tuple[Run, ...]
    scope: Scope
    ids: Mapping[UUID, UUID]
    """Old ids to new ones."""


def replay(
    plan: Plan, old: Snapshot, start: UUID, *, new_id: Callable[[], UUID], now: datetime
) -> Replayed:
    """What a replay from a task run begins with; ``old`` is wholly loaded."""
    first = old.runs[start]
    chain = {start, *first.ancestors}
    # What ran after the execution runs anew, all of it, once the new one has ended.
    counted = [run for run in old.runs.values() if not is_afterwards(plan, old, run)]
    kept = [run for run in counted if _is_kept(plan, old, run, chain, start)]
    ids = {run.id: new_id() for run in kept}
    copies = {ids[run.id]: _copy(run, ids, now, chain, start) for run in kept}
    new = Snapshot(Execution(id=old.execution.id, scope=old.execution.scope), copies)
    for run in sorted(kept, key=lambda run: -len(run.ancestors)):
        if run.id in first.ancestors:
            id = ids[run.id]
            copies[id] = replace(copies[id], scope=recount(plan, new, id))
    for group, line in _lines(plan, copies).items():
        evolve(plan, new, LinedUp(group, line))
    return Replayed(tuple(copies.values()), recount(plan, new, None), ids)


def whole(plan: Plan, old: Snapshot, start: UUID) -> UUID:
    """Where a replay from this run has to begin: a working directory runs as a whole, or not."""
    for id in old.runs[start].ancestors:
        if plan.nodes[old.runs[id].node].kind is Kind.DIRECTORY:
            return id
    return start


def at_work(plan: Plan, old: Snapshot, start: UUID) -> tuple[Run, ...]:
    """The runs that a replay from this one would copy although they are at work.

    Nobody would ever end the copies: what works on a run knows the old one only.
    """
    chain = {start, *old.runs[start].ancestors}
    return tuple(
        run
        for run in old.runs.values()
        if run.id not in chain
        and _is_at_work(run)
        and not is_afterwards(plan, old, run)
        and _is_kept(plan, old, run, chain, start)
    )


def _is_at_work(run: Run) -> bool:
    """Whether the run has begun and not ended; one that waits for its turn begins as well anew."""
    begun = run.live_attempt or run.state not in (State.CREATED, State.RESTARTED)
    return not run.ended and begun and not lining.waits(run)


def _lines(plan: Plan, copies: Mapping[UUID, Run]) -> dict[UUID, tuple[UUID, ...]]:
    """The lines of the copies of what still waits; what runs anew has left its line."""
    found: dict[UUID, tuple[UUID, ...]] = {}
    waiting = [run for run in copies.values() if lining.waits(run)]
    for run in sorted(waiting, key=lambda run: (run.iteration or 0, plan.nodes[run.node].place)):
        if run.parent is not None:
            found[run.parent] = (*found.get(run.parent, ()), run.id)
    return found


def _is_kept(plan: Plan, old: Snapshot, run: Run, chain: set[UUID], start: UUID) -> bool:
    """Whether a run, or the run on the chain's side that it is inside of, came before."""
    if run.id in chain:
        return True
    if start in run.ancestors:
        return False
    lineage = [*run.ancestors, run.id]
    outermost = next(id for id in lineage if id not in chain)
    aside = old.runs[outermost]
    if aside.dynamic:
        return True
    rival = next((old.runs[id] for id in chain if old.runs[id].parent == aside.parent), None)
    return rival is None or _came_before(plan, aside, rival)


def _came_before(plan: Plan, aside: Run, rival: Run) -> bool:
    one, other = plan.nodes[aside.node], plan.nodes[rival.node]
    if order_of(plan, aside) != order_of(plan, rival):
        return order_of(plan, aside) < order_of(plan, rival)
    shape = plan.nodes[one.parent].shape if one.parent is not None else None
    if phase_of(one.branch) is not Phase.TASKS:
        return one.place < other.place
    match shape:
        case Concurrent():
            return True
        case Graph():
            return not _needs(plan, one.index, other.index)
        case Iteration(limit=limit, ordered=ordered):
            if aside.iteration != rival.iteration:
                return limit != 1 or (aside.iteration or 0) < (rival.iteration or 0)
            return not ordered or one.place < other.place
        case _:
            return one.place < other.place


def _needs(plan: Plan, node: int, wanted: int) -> bool:
    needs = plan.nodes[node].needs
    return wanted in needs or any(_needs(plan, one, wanted) for one in needs)


def _copy(run: Run, ids: Mapping[UUID, UUID], now: datetime, chain: set[UUID], start: UUID) -> Run:
    copied = replace(
        run,
        id=ids[run.id],
        parent=ids[run.parent] if run.parent else None,
        ancestors=tuple(ids[id] for id in run.ancestors),
    )
    if run.id == start:
        return Run(
            id=copied.id,
            node=run.node,
            parent=copied.parent,
            ancestors=copied.ancestors,
            path=run.path,
            iteration=run.iteration,
            value=run.value,
            history=(Moment(State.CREATED, now),),
        )
    if run.id in chain:
        history = (Moment(State.CREATED, now), Moment(State.RUNNING, now))
        return replace(copied, state=State.RUNNING, history=history, outcome=None, folded=False)
    return copied
