"""Plays a journal: the same events on the same plan always lead to the same snapshot."""

from __future__ import annotations

from collections.abc import Iterable

from executions.engine.events import Event
from executions.engine.evolve import evolve
from executions.engine.plan import Plan
from executions.engine.state import Execution, Snapshot


def play(plan: Plan, execution: Execution, events: Iterable[Event]) -> Snapshot:
    """The snapshot of an execution after all of its events; ``execution`` is as it was created."""
    snapshot = Snapshot(execution)
    for event in events:
        evolve(plan, snapshot, event)
    return snapshot
