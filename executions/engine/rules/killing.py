"""A kill stops everything: what waits is KILLED at once, what runs is told to stop, groups follow.

Nothing new starts, not even ``errors`` and ``finally``. Tasks after the execution are not stopped:
the execution has ended before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from executions.engine.commands import Command, KillAttempt, KillChild, Move
from executions.engine.plan import Kind, Node, Plan
from executions.engine.state import Outcome, Reason, Run, Snapshot, State

ALONE: Final = "killedAlone"
"""The fact that child executions are left to run."""
END_AS: Final = "endAs"
"""The fact how the execution ends, if it is not killed but ended by a task or an agreement."""
END_RUN: Final = "endRun"
"""The fact which task run takes that end too; the others are KILLED."""
ASKED_BY: Final = "killedBy"
"""The fact who wanted it."""
STOPPED: Final = frozenset({Reason.WORKER_LOST, "killed"})


def holds(snapshot: Snapshot) -> bool:
    """Whether the execution is being killed."""
    execution = snapshot.execution
    return execution.kill_asked and not execution.ended


def asked_by(snapshot: Snapshot) -> str:
    """Who wanted the end of the execution, for people."""
    return str(snapshot.execution.facts.get(ASKED_BY) or "the platform")


def kill(plan: Plan, snapshot: Snapshot, run: Run) -> Iterator[Command]:
    """What the kill means for one run that has not ended."""
    node = plan.nodes[run.node]
    if run.scope is not None and run.scope.live > 0:
        return
    if run.live_attempt:
        if not run.kill_sent:
            yield KillAttempt(run.id)
    elif run.outcome is not None and (run.scope is None or node.kind is Kind.CHILDREN):
        yield Move(run.id, _end_of(snapshot, run, run.outcome))
    elif _has_children(node, run):
        if ALONE in snapshot.execution.facts:
            yield Move(run.id, _killed(snapshot, run))
        elif not run.kill_sent:
            yield KillChild(run.id)
    else:
        yield Move(run.id, _killed(snapshot, run))


def _has_children(node: Node, run: Run) -> bool:
    """Whether child executions of the run have to end first."""
    if node.kind is Kind.CHILDREN:
        return run.scope is not None and run.scope.open > 0
    return node.kind is Kind.CHILD and run.state is State.RUNNING


def _end_of(snapshot: Snapshot, run: Run, outcome: Outcome) -> State:
    """A try that ended by itself keeps its end; one that was stopped is KILLED."""
    stopped = outcome.ending is State.FAILED and outcome.reason in STOPPED
    if stopped or outcome.ending is State.KILLED:
        return _killed(snapshot, run)
    return outcome.ending


def _killed(snapshot: Snapshot, run: Run) -> State:
    facts = snapshot.execution.facts
    return State(facts[END_AS]) if facts.get(END_RUN) == str(run.id) else State.KILLED
