"""Agreements on the level of service: a deadline that passes, or an assertion that does not hold.

Every deadline acts once it has passed. Of the assertions only the first that is found not to hold
acts, and only once. What acts may end the execution, as FAILED or CANCELLED, or merely mark it.
Time is counted from when the execution was due, or was last taken up again after its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from executions.engine.commands import Breach, Command, WakeAt
from executions.engine.plan import Plan
from executions.engine.rules import killing
from executions.engine.state import TERMINAL, Execution, Snapshot, State
from flows.spec.flow import ExecutionAssertion, MaxDuration

BREACHED: Final = "breached"
"""The fact which agreements have acted, by their place in the flow."""
TIMER: Final = "sla"
ENDS: Final = {"FAIL": State.FAILED, "CANCEL": State.CANCELLED, "NONE": None}
"""How a violated agreement ends the execution, by its behavior."""


def watch(plan: Plan, it: Execution, now: datetime) -> Iterator[Command]:
    """The breach of the earliest deadline that has passed, else the wait for the next one."""
    deadlines = sorted(_deadlines(plan, it))
    if not deadlines:
        return
    due, place = deadlines[0]
    yield Breach(place) if due <= now else WakeAt(None, TIMER, due)


def asserted(plan: Plan, snapshot: Snapshot, now: datetime) -> tuple[tuple[int, str], ...]:
    """The assertions that have to hold now, each with its place; none for most flows."""
    it = snapshot.execution
    if not plan.agreements or it.ended or not it.admitted or killing.holds(snapshot):
        return ()
    if it.state is State.CREATED and it.scheduled_at is not None and it.scheduled_at > now:
        return ()
    found = tuple(
        (place, agreement.assert_)
        for place, agreement in enumerate(plan.agreements)
        if isinstance(agreement, ExecutionAssertion)
    )
    return () if any(place in acted(it) for place, _ in found) else found


def last_unfinished(snapshot: Snapshot) -> UUID | None:
    """The last run of those that have not ended; it takes the execution's end.

    A group whose children live is not it, for one of them is; nor is a loop that goes on.
    """
    runs = [run for run in snapshot.runs.values() if not run.ended]
    last = (run.id for run in runs if not (run.scope and (run.scope.live or run.scope.total)))
    return max(last, default=None)


def acted(it: Execution) -> list[int]:
    """The agreements that have acted already."""
    return list(it.facts.get(BREACHED, ()))


def _deadlines(plan: Plan, it: Execution) -> Iterator[tuple[datetime, int]]:
    for place, agreement in enumerate(plan.agreements):
        if isinstance(agreement, MaxDuration) and place not in acted(it):
            yield _since(it) + agreement.duration, place


def _since(it: Execution) -> datetime:
    """When the execution was due, or was last taken up again after its end."""
    for before, moment in reversed(list(zip(it.history, it.history[1:], strict=False))):
        if before.state in TERMINAL:
            return moment.at
    began = [moment.at for moment in it.history[:1]]
    began += [at for at in (it.created_at, it.scheduled_at) if at is not None]
    return max(began)
