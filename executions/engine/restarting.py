"""Takes an execution up again: after a failure, or after somebody changed a state by hand.

What failed is tried again and keeps its tries; the groups around it are open again and count
anew; handlers of errors, ``finally`` and what ran after the execution are void. What has no room
within the limit of its group waits in line.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from downbeat.sdk.shapes import ChildExecution, ChildExecutions, Hold, Iteration
from executions.engine.counting import phase_of
from executions.engine.events import (
    Event,
    ExecutionReopened,
    LinedUp,
    Removed,
    Reopened,
    ResumeAsked,
)
from executions.engine.evolve import evolve
from executions.engine.lines import TakenUp, lines_of
from executions.engine.plan import Kind, Plan
from executions.engine.recounting import ORDER, is_afterwards, order_of, recount
from executions.engine.rules import killing
from executions.engine.state import TERMINAL, Phase, Run, Snapshot, State

UNWELL: Final = frozenset({State.FAILED, State.KILLED, State.CANCELLED, State.RETRIED})


def restart(
    plan: Plan, snapshot: Snapshot, now: datetime, *, awaited: bool = False
) -> tuple[Event, ...]:
    """Takes up whatever failed, and evolves the wholly loaded snapshot; nothing if nothing did.

    ``awaited``: it is the parent execution that asks for it, and waits for the end.
    """
    paused = [run for run in snapshot.runs.values() if run.state is State.PAUSED]
    if paused and not snapshot.execution.ended:
        return _recorded(plan, snapshot, [ResumeAsked(run.id, now) for run in paused])
    causes = [run for run in snapshot.runs.values() if _is_cause(plan, snapshot, run)]
    if not causes and snapshot.execution.state not in UNWELL:
        return ()
    return _reopen(plan, snapshot, causes, State.RESTARTED, now, awaited=awaited)


def mark(
    plan: Plan, snapshot: Snapshot, run: UUID, state: State, now: datetime
) -> tuple[Event, ...]:
    """Gives a run a state by hand; the execution goes on from there."""
    if why_not(plan, snapshot, run) is not None:
        return ()
    found = snapshot.runs[run]
    if found.state is State.PAUSED and state in (State.RUNNING, State.SUCCESS):
        return _recorded(plan, snapshot, [ResumeAsked(run, now)])
    return _reopen(plan, snapshot, [found], state if state in TERMINAL else State.RESTARTED, now)


def why_not(plan: Plan, snapshot: Snapshot, run: UUID) -> str | None:
    """Why no state can be given to a run by hand; None if one can."""
    found = snapshot.runs.get(run)
    if found is None:
        return "it is gone"
    if found.dynamic:
        return "its task is no step of the flow"
    if killing.holds(snapshot):
        return "the execution is being killed"
    if is_afterwards(plan, snapshot, found):
        return "its task runs after the execution"
    above = [snapshot.runs[id] for id in found.ancestors]
    if any(plan.nodes[one.node].kind is Kind.DIRECTORY for one in above):
        return "it is part of a working directory, which runs as a whole"
    if _is_busy(plan, found):
        return "it is at work"
    if any(not snapshot.runs[id].ended for id in _void(plan, snapshot, [found], [])):
        return "tasks that follow from it are at work"
    return None


def _is_busy(plan: Plan, run: Run) -> bool:
    """Whether somebody works on the run: a worker, a child execution, or a task inside it."""
    if run.live_attempt or (run.scope is not None and (run.scope.live or run.scope.open)):
        return True
    has_child = plan.nodes[run.node].kind is Kind.CHILD and run.child is not None
    return has_child and run.state is State.RUNNING


def _is_cause(plan: Plan, snapshot: Snapshot, run: Run) -> bool:
    """Whether a run failed by itself, and its failure was not forgiven above it."""
    if run.dynamic or run.state not in UNWELL or not _in_tasks(plan, snapshot, run):
        return False
    above = [snapshot.runs[id] for id in run.ancestors if id in snapshot.runs]
    if any(one.ended and one.state not in UNWELL for one in above):
        return False
    if any(plan.nodes[one.node].kind is Kind.DIRECTORY for one in above):
        return False
    if plan.nodes[run.node].kind is Kind.DIRECTORY:
        return True
    return not any(
        one.parent == run.id and one.state in UNWELL and _in_own_tasks(plan, one)
        for one in snapshot.runs.values()
    )


def _in_own_tasks(plan: Plan, run: Run) -> bool:
    return not run.dynamic and phase_of(plan.nodes[run.node].branch) is Phase.TASKS


def _in_tasks(plan: Plan, snapshot: Snapshot, run: Run) -> bool:
    lineage = [run, *(snapshot.runs[id] for id in run.ancestors if id in snapshot.runs)]
    return all(_in_own_tasks(plan, one) for one in lineage)


def _reopen(
    plan: Plan,
    snapshot: Snapshot,
    causes: list[Run],
    state: State,
    now: datetime,
    *,
    awaited: bool = False,
) -> tuple[Event, ...]:
    fresh = state not in TERMINAL
    groups = {id for run in causes for id in run.ancestors if id in snapshot.runs}
    void = _void(plan, snapshot, causes, [run.id for run in causes] if fresh else [])
    ids = frozenset(run.id for run in causes)
    taken = TakenUp(ids | groups, frozenset(void), frozenset() if fresh else ids)
    lines = lines_of(plan, snapshot, groups, taken)
    events: list[Event] = list(_recorded(plan, snapshot, [Removed(tuple(void))]))
    for run in causes:
        scope = None if fresh else run.scope
        again = Reopened(run.id, state, now, scope, fresh, fresh and _resumes(plan, run))
        events += _recorded(plan, snapshot, [again])
    # From the inside out: a group counts its children as they are now.
    for group in sorted(groups, key=lambda group: -len(snapshot.runs[group].ancestors)):
        scope = recount(plan, snapshot, group)
        at_work = _state_of(plan, snapshot.runs[group], lines)
        events += _recorded(plan, snapshot, [Reopened(group, at_work, now, scope)])
    events += _recorded(plan, snapshot, [LinedUp(group, line) for group, line in lines.items()])
    scope = recount(plan, snapshot, None)
    events += _recorded(plan, snapshot, [ExecutionReopened(scope, now, awaited)])
    return tuple(events)


def _state_of(plan: Plan, group: Run, lines: Mapping[UUID, tuple[UUID, ...]]) -> State:
    """The state of a group that goes on; a pause that was held would be held anew if RESTARTED."""
    waits = group.parent is not None and group.id in lines.get(group.parent, ())
    held = isinstance(plan.nodes[group.node].shape, Hold)
    return State.RESTARTED if waits and not held else State.RUNNING


def _resumes(plan: Plan, run: Run) -> bool:
    """Whether the child executions of a run are restarted, not started anew."""
    shape = plan.nodes[run.node].shape
    return isinstance(shape, (ChildExecution, ChildExecutions)) and shape.resumes


def _void(plan: Plan, snapshot: Snapshot, causes: list[Run], emptied: list[UUID]) -> list[UUID]:
    """Runs of lists that come after what is taken up again, and all that is inside emptied groups.

    Around a task these are the handlers; around a handler, the lists that follow its own. In an
    iteration also the tasks after it, which are created once it has ended.
    """
    reached: dict[UUID | None, int] = {None: len(ORDER)} if causes else {None: 0}
    gone: set[UUID] = set()
    for cause in causes:
        for run in (cause, *(snapshot.runs[id] for id in cause.ancestors)):
            reached[run.parent] = min(reached.get(run.parent, len(ORDER)), order_of(plan, run))
            gone |= _later_in_iteration(plan, snapshot, run)
    gone |= {
        run.id
        for run in snapshot.runs.values()
        if run.parent in reached and not run.dynamic and order_of(plan, run) > reached[run.parent]
    }
    outer = gone | set(emptied)
    gone |= {run.id for run in snapshot.runs.values() if outer.intersection(run.ancestors)}
    return [run for run in snapshot.runs if run in gone]


def _later_in_iteration(plan: Plan, snapshot: Snapshot, run: Run) -> set[UUID]:
    node = plan.nodes[run.node]
    shape = plan.nodes[node.parent].shape if node.parent is not None else None
    if run.iteration is None or not isinstance(shape, Iteration) or not shape.ordered:
        return set()
    return {
        other.id
        for other in snapshot.runs.values()
        if other.parent == run.parent
        and other.iteration == run.iteration
        and plan.nodes[other.node].place > node.place
    }


def _recorded(plan: Plan, snapshot: Snapshot, events: list[Event]) -> tuple[Event, ...]:
    for event in events:
        evolve(plan, snapshot, event)
    return tuple(events)
