"""What is true of every snapshot that has settled; tests draw executions and hold them to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from downbeat.sdk.shapes import ChildExecutions, Concurrent, Graph, Iteration
from executions.engine.commands import WakeAt
from executions.engine.counting import phase_of
from executions.engine.decide import decide
from executions.engine.plan import Kind, Plan
from executions.engine.rules import lining
from executions.engine.state import Phase, Run, Scope, Snapshot, State


class LawBroken(AssertionError):
    """A settled snapshot is not as it has to be."""


def check(plan: Plan, snapshot: Snapshot, now: datetime) -> None:
    """Raises for the first law that a settled, wholly loaded snapshot breaks."""
    for broken in violations(plan, snapshot, now):
        raise LawBroken(broken)


def violations(plan: Plan, snapshot: Snapshot, now: datetime) -> Iterator[str]:
    """The laws that do not hold."""
    yield from _only_waits_are_left(plan, snapshot, now)
    yield from _scopes_count_their_children(plan, snapshot)
    for run in snapshot.runs.values():
        yield from _of_run(plan, snapshot, run)
    yield from _of_execution(snapshot)


def _only_waits_are_left(plan: Plan, snapshot: Snapshot, now: datetime) -> Iterator[str]:
    everything: dict[UUID | None, None] = {None: None, **dict.fromkeys(snapshot.runs)}
    whole = Snapshot(snapshot.execution, snapshot.runs, everything)
    for command in decide(plan, whole, now):
        if not isinstance(command, WakeAt):
            yield f"settled, and yet there is something to do: {command}"
        elif command.due <= now:
            yield f"a wait for the past: {command}"


def _scopes_count_their_children(plan: Plan, snapshot: Snapshot) -> Iterator[str]:
    live: Counter[UUID | None] = Counter()
    waiting: Counter[UUID | None] = Counter()
    for run in snapshot.runs.values():
        waiting[run.parent] += lining.waits(run)
        if run.ended and not run.folded and not lining.waits(run):
            yield f"{run.id} ended and was not counted"
        if not run.folded:
            live[run.parent] += 1
    for owner, scope in _scopes(snapshot):
        if scope.live != live[owner]:
            yield f"the scope of {owner} counts {scope.live} live children of {live[owner]}"
        if scope.waiting != waiting[owner]:
            yield f"the scope of {owner} counts {scope.waiting} in line of {waiting[owner]}"
        yield from _within_limits(plan, snapshot, owner, scope)


def _scopes(snapshot: Snapshot) -> Iterator[tuple[UUID | None, Scope]]:
    yield None, snapshot.execution.scope
    for run in snapshot.runs.values():
        if run.scope is not None:
            yield run.id, run.scope


def _within_limits(
    plan: Plan, snapshot: Snapshot, owner: UUID | None, scope: Scope
) -> Iterator[str]:
    if owner is None or scope.phase is not Phase.TASKS:
        return
    at_work = scope.live - scope.waiting
    match plan.nodes[snapshot.runs[owner].node].shape:
        case Concurrent(limit=limit) | Graph(limit=limit) if limit and at_work > limit:
            yield f"{owner} has {at_work} live children, {limit} are allowed"
        case Iteration(limit=limit, ordered=False) if limit and at_work > limit:
            yield f"{owner} has {at_work} live children, {limit} are allowed"
        case Iteration(limit=limit, ordered=True) if limit and scope.open - scope.waiting > limit:
            yield f"{owner} has {scope.open - scope.waiting} open iterations, {limit} are allowed"


def _of_run(plan: Plan, snapshot: Snapshot, run: Run) -> Iterator[str]:
    if run.ended and run.live_attempt:
        yield f"{run.id} ended while an attempt of it lives"
    if run.ended and run.scope is not None and run.scope.live:
        yield f"group {run.id} ended before its children"
    yield from _of_batches(plan, run)
    forgives = run.node >= 0 and plan.nodes[run.node].kind is Kind.CHILDREN
    if (
        not forgives
        and run.state is State.SUCCESS
        and run.scope is not None
        and run.scope.tally.get(State.KILLED)
    ):
        yield f"group {run.id} is SUCCESS though a child was killed"
    above = snapshot.runs.get(run.parent) if run.parent else None
    if above is not None and above.ended and not run.ended:
        yield f"{run.id} lives in a group that ended"
    handler = not run.dynamic and phase_of(plan.nodes[run.node].branch) is Phase.ERRORS
    if handler and not snapshot.scope_of(run.parent).tally.get(State.FAILED):
        yield f"{run.id} handles errors, and nothing failed"
    if run.history[-1].state is not run.state:
        yield f"the history of {run.id} ends in {run.history[-1].state}, not in {run.state}"


def _of_batches(plan: Plan, run: Run) -> Iterator[str]:
    """A loop over child executions counts each batch once, and waits for all."""
    if run.scope is None or run.node < 0 or plan.nodes[run.node].kind is not Kind.CHILDREN:
        return
    shape, scope = plan.nodes[run.node].shape, run.scope
    if scope.open < 0 or scope.cursor > scope.total:
        yield f"{run.id} counts {scope.open} children in flight, {scope.cursor} of {scope.total}"
    if scope.open + sum(scope.tally.values()) != scope.cursor:
        yield f"{run.id} has started {scope.cursor} children and knows of {scope.open} and the ended"
    if isinstance(shape, ChildExecutions) and shape.limit and scope.open > shape.limit:
        yield f"{run.id} has {scope.open} children in flight, {shape.limit} are allowed"
    if run.ended and run.state is not State.KILLED and scope.cursor < scope.total:
        yield f"{run.id} ended after {scope.cursor} of {scope.total} children"


def _of_execution(snapshot: Snapshot) -> Iterator[str]:
    it = snapshot.execution
    if it.ended and it.scope.phase not in (Phase.AFTER, Phase.CLOSED):
        for run in snapshot.runs.values():
            if not run.ended:
                yield f"the execution ended while {run.id} is {run.state}"
    paused = sum(run.state is State.PAUSED for run in snapshot.runs.values())
    if it.paused != paused:
        yield f"the execution counts {it.paused} paused runs of {paused}"
    if it.state is State.SUCCESS and it.scope.tally.get(State.FAILED):
        yield "the execution is SUCCESS though a task failed"
