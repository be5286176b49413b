"""Decides and carries out until only the world can go on.

The shell gives its hands: identifiers, rendered values, quick tasks, child executions. Everything
that happens becomes an event; what has to be told to others is collected as commands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, assert_never
from uuid import UUID

from executions.engine.commands import (
    BeginRound,
    Command,
    CreateRun,
    EndRound,
    EndTry,
    Enter,
    Fold,
    KillAttempt,
    KillChild,
    Move,
    MoveExecution,
    Open,
    QueueAttempt,
    Refuse,
    Render,
    RetryExecution,
    RunInline,
    StartChild,
    WakeAt,
)
from executions.engine.decide import look
from executions.engine.events import (
    AttemptQueued,
    Event,
    ExecutionMoved,
    Folded,
    KillSent,
    Opened,
    PhaseEntered,
    Rendered,
    RenderFailed,
    RetryPlanned,
    RoundBegun,
    RoundEnded,
    RunCreated,
    RunMoved,
    TryEnded,
)
from executions.engine.evolve import evolve
from executions.engine.plan import Plan
from executions.engine.state import Ask, Run, Snapshot

MOST_CREATIONS: Final = 500
"""Runs created before the transaction is closed and the rest left to the next one."""


class Hands(Protocol):
    """What the shell does for a settling execution, at once."""

    def new_id(self) -> UUID:
        """A fresh id, greater than all before it."""

    def now(self) -> datetime:
        """The moment of what happens next; never before an earlier one."""

    def loop_value(self, loop: Run, iteration: int) -> str:
        """The value of one iteration of a loop whose values were rendered."""

    def render(self, snapshot: Snapshot, run: UUID | None, ask: Ask) -> Rendered | RenderFailed:
        """The value asked for."""

    def run_inline(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        """The end of a quick task, and what it asks of its execution."""

    def start_child(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        """The start of a child execution, or why there is none."""

    def descendants(self, snapshot: Snapshot, run: UUID) -> tuple[UUID, ...]:
        """All runs inside a group."""


@dataclass(slots=True)
class Settled:
    """What came of settling: the events, in order, and what others have to be told."""

    events: list[Event] = field(default_factory=list)
    queued: dict[UUID, QueueAttempt] = field(default_factory=dict)
    waits: dict[tuple[UUID | None, str], WakeAt] = field(default_factory=dict)
    killed_attempts: list[UUID] = field(default_factory=list)
    killed_children: list[UUID] = field(default_factory=list)
    unfinished: bool = False
    """The budget is used up; the snapshot's agenda says where to go on."""


def settle(
    plan: Plan,
    snapshot: Snapshot,
    hands: Hands,
    *,
    most_creations: int = MOST_CREATIONS,
) -> Settled:
    """Carries out what is wanted until there is nothing but waits.

    Beyond so many new runs nothing more is created; what exists is still taken to its end, so that
    a run is seldom written twice.
    """
    done = Settled()
    performer = _Performer(plan, snapshot, hands, done)
    postponed: dict[UUID | None, None] = {}
    while snapshot.agenda:
        now = hands.now()
        todo: list[Command] = []
        for entry in snapshot.agenda:
            wanted = tuple(look(plan, snapshot, entry, now))
            if performer.creations >= most_creations and _creates(wanted):
                postponed[entry] = None
            else:
                todo += wanted
        snapshot.agenda.clear()
        for command in todo:
            performer.perform(command)
    snapshot.agenda.update(postponed)
    done.unfinished = bool(postponed)
    return done


def _creates(commands: tuple[Command, ...]) -> bool:
    return any(isinstance(command, CreateRun) for command in commands)


class _Performer:
    """Turns each command into events, with the shell's hands."""

    def __init__(self, plan: Plan, snapshot: Snapshot, hands: Hands, done: Settled) -> None:
        self.plan = plan
        self.snapshot = snapshot
        self.hands = hands
        self.done = done
        self.creations = 0

    def perform(self, command: Command) -> None:
        match command:
            case WakeAt(run=run, kind=kind):
                self.done.waits[(run, kind)] = command
            case QueueAttempt(run=run):
                self.done.queued[run] = command
                self._record(AttemptQueued(run, command.number, command.kind, self.hands.now()))
            case KillAttempt(run=run):
                self.done.killed_attempts.append(run)
                self._record(KillSent(run))
            case KillChild(run=run):
                self.done.killed_children.append(run)
                self._record(KillSent(run))
            case StartChild(run=run):
                for event in self.hands.start_child(self.snapshot, self.snapshot.runs[run]):
                    self._record(event)
            case Render(run=run, ask=ask):
                self._record(self.hands.render(self.snapshot, run, ask))
            case RunInline(run=run):
                for event in self.hands.run_inline(self.snapshot, self.snapshot.runs[run]):
                    self._record(event)
            case _:
                self._record(self._plainly(command))

    def _record(self, event: Event) -> None:
        evolve(self.plan, self.snapshot, event)
        self.done.events.append(event)

    def _plainly(self, command: _Plain) -> Event:
        """The event of a command that needs nobody's help."""
        match command:
            case CreateRun():
                return self._created(command)
            case Fold(run=run, closes_iteration=closes):
                return Folded(run, closes)
            case Move(run=run, state=state, due=due, verdict=verdict):
                return RunMoved(run, state, self.hands.now(), due, verdict)
            case Open(run=run, scope=scope):
                return Opened(run, scope, self.hands.now())
            case Enter(owner=owner, phase=phase):
                return PhaseEntered(owner, phase)
            case EndTry():
                return self._ended(command)
            case Refuse(run=run, ask=ask, message=message):
                return RenderFailed(run, ask, message)
            case EndRound(run=run, wake=wake):
                return RoundEnded(run, wake)
            case BeginRound(run=run):
                return RoundBegun(run, self.hands.descendants(self.snapshot, run))
            case MoveExecution(state=state):
                return ExecutionMoved(state, self.hands.now())
            case RetryExecution(due=due):
                self.done.waits[(None, NEW_EXECUTION)] = WakeAt(None, NEW_EXECUTION, due)
                return RetryPlanned(due)
            case _:
                assert_never(command)

    def _created(self, command: CreateRun) -> RunCreated:
        self.creations += 1
        value = None
        if command.iteration is not None and command.parent is not None:
            value = self.hands.loop_value(self.snapshot.runs[command.parent], command.iteration)
        return RunCreated(
            run=self.hands.new_id(),
            parent=command.parent,
            node=command.node,
            at=self.hands.now(),
            iteration=command.iteration,
            value=value,
        )

    def _ended(self, command: EndTry) -> TryEnded:
        run = self.snapshot.runs[command.run]
        now = self.hands.now()
        return TryEnded(
            run=command.run,
            ending=command.ending,
            started_at=run.history[-1].at if run.history else now,
            at=now,
            by_worker=False,
        )


_Plain = (
    CreateRun
    | Fold
    | Move
    | Open
    | Enter
    | EndTry
    | Refuse
    | EndRound
    | BeginRound
    | MoveExecution
    | RetryExecution
)
NEW_EXECUTION: Final = "new_execution"
