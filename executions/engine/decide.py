"""Decides what is missing for an execution to make progress.

Level-triggered: it asks what is missing, not what happened, and may run twice, late or after a
crash. It looks at the runs on the snapshot's agenda only; ``None`` there is the execution itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from executions.engine.commands import Command
from executions.engine.plan import Kind, Plan
from executions.engine.rules import (
    batching,
    ending,
    folding,
    holding,
    killing,
    lining,
    progressing,
    retrying,
    starting,
    verdict,
)
from executions.engine.state import Run, Snapshot, State


def decide(plan: Plan, snapshot: Snapshot, now: datetime) -> tuple[Command, ...]:
    """What is to be done now; nothing, or only waits, means that the world has to move."""
    return tuple(
        command for entry in snapshot.agenda for command in look(plan, snapshot, entry, now)
    )


def look(plan: Plan, snapshot: Snapshot, entry: UUID | None, now: datetime) -> Iterator[Command]:
    """What one entry of the agenda asks for."""
    if entry is None:
        yield from ending.execution(plan, snapshot, now)
        return
    run = snapshot.runs.get(entry)
    if run is None or run.dynamic:
        return
    yield from _look_at_run(plan, snapshot, run, now)


def _look_at_run(plan: Plan, snapshot: Snapshot, run: Run, now: datetime) -> Iterator[Command]:
    node = plan.nodes[run.node]
    if lining.waits(run) and not killing.holds(snapshot):
        yield from lining.take_turn(plan, snapshot, run)
    elif run.ended:
        yield from folding.fold(plan, snapshot, run)
    elif killing.holds(snapshot):
        yield from killing.kill(plan, snapshot, run)
    elif run.outcome is not None and (run.scope is None or node.kind is Kind.CHILDREN):
        yield from verdict.after_try(node, run, snapshot.execution, now)
    elif run.state in (State.CREATED, State.RESTARTED) and run.scope is None:
        yield from starting.start(node, run, snapshot.execution)
    elif run.state is State.RETRYING:
        yield from retrying.try_again(node, run, snapshot.execution, now)
    elif node.kind in (Kind.DELAY, Kind.CHILD) or run.state is State.PAUSED:
        yield from holding.wait(node, run, now)
    elif node.kind is Kind.CHILDREN:
        yield from batching.progress(node, run, snapshot.execution)
    elif run.scope is not None:
        yield from progressing.progress(plan, snapshot, run, now)
