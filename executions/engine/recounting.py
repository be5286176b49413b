"""Counts a scope anew from all of its children: only for restarts, which have loaded them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID

from downbeat.sdk.shapes import Graph, Iteration
from executions.engine.counting import phase_of, plus
from executions.engine.plan import Plan
from executions.engine.state import Ask, Phase, Run, Scope, Snapshot

ORDER: Final = (Phase.TASKS, Phase.ERRORS, Phase.FINALLY, Phase.AFTER)


def children_of(plan: Plan, snapshot: Snapshot, owner: UUID | None) -> list[Run]:
    """The runs directly in a scope."""
    return [run for run in snapshot.runs.values() if run.parent == owner and not run.dynamic]


def order_of(plan: Plan, run: Run) -> int:
    """Where the list of a run stands among the lists that a scope walks."""
    return ORDER.index(phase_of(plan.nodes[run.node].branch))


def is_afterwards(plan: Plan, snapshot: Snapshot, run: Run) -> bool:
    """Whether it ran after the execution, which therefore does not depend on it."""
    outermost = snapshot.runs[run.ancestors[0]] if run.ancestors else run
    return phase_of(plan.nodes[outermost.node].branch) is Phase.AFTER


def recount(plan: Plan, snapshot: Snapshot, owner: UUID | None) -> Scope:
    """The scope of a group that goes on, with the children that it has, in the last list of theirs.

    Lists that come after it are void: the group walks them anew.
    """
    old = snapshot.scope_of(owner)
    children = children_of(plan, snapshot, owner)
    last = max((order_of(plan, run) for run in children), default=0)
    live = sum(not run.folded for run in children)
    scope = Scope(
        phase=ORDER[last],
        branch=old.branch,
        live=live,
        total=old.total,
        round=old.round,
        since=old.since,
        broken=any(run.folded and run.facts.get(Ask.BREAK) for run in children),
    )
    for run in children:
        if run.folded and order_of(plan, run) == ORDER.index(Phase.TASKS):
            scope = replace(scope, tally=plus(scope.tally, run.state))
        if run.folded and order_of(plan, run) == ORDER.index(Phase.FINALLY):
            scope = replace(scope, late=plus(scope.late, run.state))
    if last > 0:
        # The tasks are over, and with them whatever else was held against the group.
        return replace(scope, tally=old.tally, cursor=_behind(plan, children, last))
    return _placed(plan, snapshot, owner, scope, children)


def _behind(plan: Plan, runs: Iterable[Run], order: int) -> int:
    """The place after the last run of a list."""
    places = [plan.nodes[run.node].place for run in runs if order_of(plan, run) == order]
    return max(places, default=-1) + 1


def _placed(
    plan: Plan, snapshot: Snapshot, owner: UUID | None, scope: Scope, children: Iterable[Run]
) -> Scope:
    shape = plan.nodes[snapshot.runs[owner].node].shape if owner is not None else None
    runs = list(children)
    if isinstance(shape, Graph):
        return replace(
            scope,
            started=tuple(run.node for run in runs),
            ended=tuple(run.node for run in runs if run.folded),
        )
    if isinstance(shape, Iteration):
        return _in_loop(plan, shape, scope, runs)
    return replace(scope, cursor=_behind(plan, runs, 0))


def _in_loop(plan: Plan, shape: Iteration, scope: Scope, runs: list[Run]) -> Scope:
    if shape.ordered:
        numbers = [run.iteration or 0 for run in runs]
        live = {run.iteration for run in runs if not run.folded}
        return replace(scope, cursor=max(numbers, default=-1) + 1, open=len(live))
    width = len([task for task in shape.tasks if not task.disabled])
    units = [(run.iteration or 0) * width + plan.nodes[run.node].place for run in runs]
    return replace(scope, cursor=max(units, default=-1) + 1)
