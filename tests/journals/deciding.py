"""Decides an execution's turns once more, from what was told to it: the same has to be decided.

Theory of operation. A turn of a journal begins with what came from outside (ends of tries, what
people asked) and goes on with what the engine made of it. The former is folded as it stands; then
the engine settles, with hands that give the ids, rendered values and ends of quick tasks that the
journal tells of. What it records is compared with the rest of the turn; moments may differ, but
not how long something waits.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any, Final
from uuid import UUID

from executions.engine.events import (
    Admitted,
    BatchEnded,
    BatchesStarted,
    BreakpointsSet,
    ChildStarted,
    Event,
    ExecutionReopened,
    Held,
    KillAsked,
    LinedUp,
    PauseAsked,
    Removed,
    Rendered,
    RenderFailed,
    Reopened,
    ResumeAsked,
    RunCreated,
    RunMoved,
    RunReported,
    TryEnded,
)
from executions.engine.evolve import evolve
from executions.engine.plan import Kind, Plan
from executions.engine.settle import settle
from executions.engine.state import Ask, Execution, Reason, Run, Snapshot
from executions.runtime import journal

TOLD: Final = (
    Admitted, BatchEnded, BreakpointsSet, ExecutionReopened, Held, KillAsked, LinedUp, PauseAsked, Removed,
    Reopened, ResumeAsked, RunReported,
)  # fmt: skip
MOMENTS: Final = frozenset({"at", "started_at"})
LENGTHS: Final = frozenset({"due", "wake"})


@dataclass(slots=True)
class Retold:
    """What the journal has in store for one turn."""

    now: datetime
    events: list[Event] = field(default_factory=list)

    def take(self, *wanted: type[Any], **like: Any) -> Any:
        """The next event of a kind, for a run."""
        for event in self.events:
            if isinstance(event, wanted) and all(getattr(event, k) == v for k, v in like.items()):
                self.events.remove(event)
                return event
        raise AssertionError(f"the journal tells of no {wanted} {like}")


class Retelling:
    """The hands of a turn that has happened before."""

    def __init__(self, turn: Retold) -> None:
        self.turn = turn
        self.created: RunCreated | None = None

    def now(self) -> datetime:
        return self.turn.now

    def new_id(self) -> UUID:
        created: RunCreated = self.created or self.turn.take(RunCreated)
        self.created = None
        return created.run

    def loop_value(self, loop: Run, iteration: int) -> str:
        self.created = self.turn.take(RunCreated, parent=loop.id, iteration=iteration)
        return str(self.created.value)

    def render(self, snapshot: Snapshot, run: UUID | None, ask: Ask) -> Rendered | RenderFailed:
        found: Rendered | RenderFailed = self.turn.take(Rendered, RenderFailed, run=run, ask=ask)
        return found

    def run_inline(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        ended = self.turn.take(TryEnded, run=run.id)
        asked = [event for event in self.turn.events if isinstance(event, KillAsked)]
        return (ended, *asked[:1])

    def start_child(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        found = [
            event
            for event in self.turn.events
            if isinstance(event, ChildStarted | TryEnded) and event.run == run.id
        ]
        return tuple(found)

    def descendants(self, snapshot: Snapshot, run: UUID) -> tuple[UUID, ...]:
        return tuple(one.id for one in snapshot.runs.values() if run in one.ancestors)

    def start_batches(self, snapshot: Snapshot, run: Run, upto: int) -> tuple[Event, ...]:
        found: BatchesStarted = self.turn.take(BatchesStarted, run=run.id, upto=upto)
        return (found,)

    def holds(self, assertion: str) -> bool:
        return True

    def breach(self, snapshot: Snapshot, agreement: int) -> tuple[Event, ...]:
        return ()

    def noted(self, event: Event) -> Event:
        """What waits, waits for the moment of the journal: the next turn began just after it."""
        if not (isinstance(event, RunMoved) and event.due):
            return event
        for told in self.turn.events:
            if isinstance(told, RunMoved) and _comparable(told, self.now()) == _comparable(
                event, self.now()
            ):
                return told
        return event


def decide_again(
    plan: Plan,
    execution: Execution,
    turns: Iterable[Sequence[Event]],
    runs: Iterable[Run] = (),
) -> Snapshot:
    """The end of an execution whose turns are decided anew; raises where one comes out otherwise."""
    snapshot = Snapshot(execution, {run.id: run for run in runs})
    snapshot.look_at(None)
    now = execution.created_at
    for number, turn in enumerate(turns):
        told = list(takewhile(lambda event: _is_told(plan, snapshot, event), turn))
        rest = list(turn[len(told) :])
        for event in told:
            evolve(plan, snapshot, event)
        for id in (*snapshot.runs, None):
            snapshot.look_at(id)
        now = max((at for at in map(_moment, turn) if at is not None), default=now)
        assert now is not None
        hands = Retelling(Retold(now, list(rest)))
        found = settle(plan, snapshot, hands, most_creations=10_000).events
        mine, theirs = (Counter(_comparable(event, now) for event in it) for it in (found, rest))
        if different := (mine - theirs) + (theirs - mine):  # Independent runs have no order.
            raise AssertionError(f"turn {number} is decided otherwise: {sorted(different)}")
    return snapshot


def _is_told(plan: Plan, snapshot: Snapshot, event: Event) -> bool:
    if not isinstance(event, TryEnded):
        return isinstance(event, TOLD)
    run = snapshot.runs.get(event.run)
    if run is None or event.reason == Reason.TIMEOUT:
        return False
    waits = plan.nodes[run.node].kind in (Kind.CHILD, Kind.CHILDREN) and run.child is not None
    return run.live_attempt or waits


def _moment(event: Event) -> datetime | None:
    found: datetime | None = getattr(event, "at", None)
    return found


def _comparable(event: Event, now: datetime) -> str:
    (found,) = journal.written([event])
    for name in LENGTHS & found.keys():
        until: datetime = getattr(event, name)
        found[name] = round((until - (_moment(event) or now)).total_seconds())
    told = {name: value for name, value in found.items() if name not in MOMENTS}
    return json.dumps(told, sort_keys=True, default=str)
