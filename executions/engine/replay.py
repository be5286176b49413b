"""Plays a journal: the same events on the same plan always lead to the same snapshot."""

from __future__ import annotations

from collections.abc import Iterable

from executions.engine.events import Event
from executions.engine.evolve import evolve
from executions.engine.plan import Plan
from executions.engine.state import Execution, Run, Snapshot


def play(
    plan: Plan, execution: Execution, events: Iterable[Event], runs: Iterable[Run] = ()
) -> Snapshot:
    """The snapshot of an execution after all of its events; ``execution`` is as it was created.

    ``runs`` are those with which it began: a replay has copies of what it keeps.
    """
    snapshot = Snapshot(execution, {run.id: run for run in runs})
    for event in events:
        evolve(plan, snapshot, event)
    return snapshot
