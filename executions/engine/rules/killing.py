"""A kill stops everything: what waits is KILLED at once, what runs is told to stop, groups follow.

Nothing new starts, not even ``errors`` and ``finally``. Tasks after the execution are not stopped:
the execution has ended before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from executions.engine.commands import Command, KillAttempt, KillChild, Move
from executions.engine.plan import Kind, Plan
from executions.engine.state import Reason, Run, Snapshot, State

ALONE: Final = "killedAlone"
"""The fact that child executions are left to run."""
STOPPED: Final = frozenset({Reason.WORKER_LOST, "killed"})


def holds(snapshot: Snapshot) -> bool:
    """Whether the execution is being killed."""
    execution = snapshot.execution
    return execution.kill_asked and not execution.ended


def kill(plan: Plan, snapshot: Snapshot, run: Run) -> Iterator[Command]:
    """What the kill means for one run that has not ended."""
    node = plan.nodes[run.node]
    if run.scope is not None and run.scope.live > 0:
        return
    if run.live_attempt:
        if not run.kill_sent:
            yield KillAttempt(run.id)
    elif run.outcome is not None and run.scope is None:
        yield Move(run.id, _end_of(run.outcome.ending, run.outcome.reason))
    elif node.kind in (Kind.CHILD, Kind.CHILDREN) and run.state is State.RUNNING:
        if ALONE in snapshot.execution.facts:
            yield Move(run.id, State.KILLED)
        elif not run.kill_sent:
            yield KillChild(run.id)
    else:
        yield Move(run.id, State.KILLED)


def _end_of(ending: State, reason: str | None) -> State:
    """A try that ended by itself keeps its end; one that was stopped is KILLED."""
    if ending is State.FAILED and reason in STOPPED:
        return State.KILLED
    return ending
