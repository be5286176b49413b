"""Counts a scope anew from all of its children: only for restarts, which have loaded them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from downbeat.sdk.shapes import Graph, Iteration
from executions.engine.counting import phase_of, plus
from executions.engine.plan import Plan
from executions.engine.state import Phase, Run, Scope, Snapshot


def children_of(
    plan: Plan, snapshot: Snapshot, owner: UUID | None, *, phase: Phase | None = None
) -> list[Run]:
    """The runs directly in a scope; of one phase, or of all."""
    return [
        run
        for run in snapshot.runs.values()
        if run.parent == owner
        and not run.dynamic
        and (phase is None or phase_of(plan.nodes[run.node].branch) is phase)
    ]


def recount(plan: Plan, snapshot: Snapshot, owner: UUID | None) -> Scope:
    """The scope of a group that walks its ``tasks`` again, with the children that it has."""
    old = snapshot.scope_of(owner)
    children = children_of(plan, snapshot, owner, phase=Phase.TASKS)
    scope = Scope(branch=old.branch, total=old.total, round=old.round, since=old.since)
    for run in children:
        if run.folded:
            scope = replace(scope, tally=plus(scope.tally, run.state))
        else:
            scope = replace(scope, live=scope.live + 1)
    return _placed(plan, snapshot, owner, scope, children)


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
    places = [plan.nodes[run.node].place for run in runs]
    return replace(scope, cursor=max(places, default=-1) + 1)


def _in_loop(plan: Plan, shape: Iteration, scope: Scope, runs: list[Run]) -> Scope:
    if shape.ordered:
        numbers = [run.iteration or 0 for run in runs]
        live = {run.iteration for run in runs if not run.folded}
        return replace(scope, cursor=max(numbers, default=-1) + 1, open=len(live))
    width = len([task for task in shape.tasks if not task.disabled])
    units = [(run.iteration or 0) * width + plan.nodes[run.node].place for run in runs]
    return replace(scope, cursor=max(units, default=-1) + 1)
