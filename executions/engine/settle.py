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
    Breach,
    Break,
    CallUp,
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
    StartBatches,
    StartChild,
    TakeTurn,
    WakeAt,
)
from executions.engine.decide import look
from executions.engine.events import (
    AttemptQueued,
    BatchesStarted,
    BreakpointReached,
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
    TurnTaken,
)
from executions.engine.evolve import evolve
from executions.engine.plan import Plan
from executions.engine.rules import agreements
from executions.engine.state import Ask, Run, Snapshot

MOST_CREATIONS: Final = 500
"""Runs created before the transaction is closed and the rest left to the next one."""
CREATIONS_PER_CHILD: Final = 5
"""What the start of a child execution costs, in runs created."""
MOST_STEPS: Final = 20_000
"""Events before the same happens; a turn with as many creations as it may have needs a third."""
MOST_IDLE_STEPS: Final = 1_000
IDLE_STEPS_PER_RUN: Final = 20
"""Events in a row by which nothing begins or ends: a run has less than ten between two such."""


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

    def start_batches(self, snapshot: Snapshot, run: Run, upto: int) -> tuple[Event, ...]:
        """The child executions of the next batches of a file, up to this number."""

    def holds(self, assertion: str) -> bool:
        """Whether an assertion about the execution holds now; one that cannot be rendered does."""

    def breach(self, snapshot: Snapshot, agreement: int) -> tuple[Event, ...]:
        """What follows from the violation of an agreement: marks, and perhaps the end."""

    def descendants(self, snapshot: Snapshot, run: UUID) -> tuple[UUID, ...]:
        """All runs inside a group."""

    def noted(self, event: Event) -> Event:
        """Hears of everything before it happens; gives it back as it may be kept and shown."""


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
    stuck: bool = False
    """It goes round in circles: the rules want something again and again that changes nothing."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long one settling may hold its transaction, so that others get their turn."""

    steps: int = MOST_STEPS
    idle_steps: int = MOST_IDLE_STEPS
    until: datetime | None = None
    """No new step after this moment; one step is always made."""


def settle(
    plan: Plan,
    snapshot: Snapshot,
    hands: Hands,
    *,
    most_creations: int = MOST_CREATIONS,
    bounds: Bounds = Bounds(),
) -> Settled:
    """Carries out what is wanted until there is nothing but waits, or a bound is reached.

    Beyond so many new runs nothing more is created; what exists is still taken to its end, so that
    a run is seldom written twice. Beyond the other bounds everything is left as it stands. What an
    earlier settling has left counts as created by this one: else an execution that is interrupted
    often would begin ever more and finish nothing.
    """
    done = Settled()
    performer = _Performer(plan, snapshot, hands, done, bounds)
    performer.go(most_creations - len(snapshot.agenda))
    if snapshot.agenda and not done.events:
        performer.go(most_creations)
    snapshot.agenda.update(performer.absent)
    done.unfinished = bool(snapshot.agenda)
    done.stuck = performer.is_stuck
    return done


def _begins(looked: tuple[UUID | None, tuple[Command, ...]]) -> int:
    """What ends something goes before what begins something, and that before new iterations."""
    _, wanted = looked
    if not _creates(wanted):
        return 0
    return 1 if any(isinstance(command, Fold) for command in wanted) else 2


def _creates(commands: tuple[Command, ...]) -> bool:
    return any(isinstance(command, (CreateRun, StartBatches)) for command in commands)


class _Performer:
    """Turns each command into events, with the shell's hands."""

    def __init__(
        self, plan: Plan, snapshot: Snapshot, hands: Hands, done: Settled, bounds: Bounds
    ) -> None:
        self.plan = plan
        self.snapshot = snapshot
        self.hands = hands
        self.done = done
        self.bounds = bounds
        self.creations = 0
        self.idle = 0
        self.absent: dict[UUID | None, None] = {}
        """Runs to look at that are not loaded: the next turn loads them."""

    def go(self, most_creations: int) -> None:
        """Works the agenda off; leaves what would create more than so many runs, and the rest."""
        snapshot = self.snapshot
        postponed: dict[UUID | None, None] = {}
        while snapshot.agenda and not self.must_stop():
            now = self.hands.now()
            self.assess(now)
            todo = [
                (entry, tuple(look(self.plan, snapshot, entry, now))) for entry in snapshot.agenda
            ]
            snapshot.agenda.clear()
            for entry, wanted in sorted(todo, key=_begins):
                if self.must_stop():
                    snapshot.look_at(entry)
                elif self.creations >= most_creations and _creates(wanted):
                    postponed[entry] = None
                else:
                    for command in wanted:
                        self.perform(command)
        snapshot.agenda.update(postponed)

    @property
    def is_stuck(self) -> bool:
        """Whether nothing has begun or ended for as many steps as no sound flow needs."""
        allowed = self.bounds.idle_steps + IDLE_STEPS_PER_RUN * len(self.snapshot.runs)
        return self.idle >= allowed

    def must_stop(self) -> bool:
        """Whether a bound is reached; never before the first step."""
        steps, until = len(self.done.events), self.bounds.until
        if steps == 0:
            return False
        late = until is not None and self.hands.now() >= until
        return late or steps >= self.bounds.steps or self.is_stuck

    def assess(self, now: datetime) -> None:
        """Looks whether what the execution has come to violates one of its assertions."""
        for place, assertion in agreements.asserted(self.plan, self.snapshot, now):
            if not self.hands.holds(assertion):
                self.perform(Breach(place))
                return

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
            case StartBatches(run=run, upto=upto):
                self._start_batches(self.snapshot.runs[run], upto)
            case CallUp(run=run):
                (self.snapshot.agenda if run in self.snapshot.runs else self.absent)[run] = None
            case Render(run=run, ask=ask):
                self._record(self.hands.render(self.snapshot, run, ask))
            case RunInline(run=run):
                for event in self.hands.run_inline(self.snapshot, self.snapshot.runs[run]):
                    self._record(event)
            case Breach(agreement=agreement):
                for event in self.hands.breach(self.snapshot, agreement):
                    self._record(event)
            case _:
                self._record(self._plainly(command))

    def _start_batches(self, run: Run, upto: int) -> None:
        begun = self.snapshot.scope_of(run.id).cursor
        self.creations += (upto - begun) * CREATIONS_PER_CHILD
        for event in self.hands.start_batches(self.snapshot, run, upto):
            self._record(event)

    def _record(self, event: Event) -> None:
        event = self.hands.noted(event)
        evolve(self.plan, self.snapshot, event)
        self.done.events.append(event)
        self.idle = 0 if isinstance(event, _ADVANCES) else self.idle + 1

    def _plainly(self, command: _Plain) -> Event:
        """The event of a command that needs nobody's help."""
        match command:
            case CreateRun():
                return self._created(command)
            case Fold(run=run, closes_iteration=closes):
                return Folded(run, closes)
            case TakeTurn(run=run):
                return TurnTaken(run, self.hands.now())
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
            case Break(run=run):
                task = self.plan.nodes[self.snapshot.runs[run].node].id
                return BreakpointReached(run, task)
            case RetryExecution(due=due):
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
            reason=command.reason,
            error=command.error,
            by_worker=False,
        )


_ADVANCES: Final = (
    RunCreated,
    AttemptQueued,
    BatchesStarted,
    TryEnded,
    RoundBegun,
    Folded,
    TurnTaken,
)
"""Each happens to a run, a try or a round once: so long as they come, there is an end to them."""
_Plain = (
    CreateRun
    | Fold
    | TakeTurn
    | Move
    | Open
    | Enter
    | EndTry
    | Refuse
    | EndRound
    | BeginRound
    | MoveExecution
    | Break
    | RetryExecution
)
