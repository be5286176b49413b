"""The world around one drawn execution, as the runtime is: turns, a store, a mailbox and timers.

Theory of operation. A turn loads what its messages name and the groups around it, never the whole
execution; folds what happened, settles, and writes. Chance decides the order of messages, how many
arrive at once, which come twice, which bells ring for nothing, how late a timer is, and which
turns are lost before their commit, to be taken again. None of that may change where it all ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

from downbeat.sdk.shapes import Repetition
from executions.engine.events import (
    ChildStarted,
    Event,
    KillAsked,
    PauseAsked,
    Rendered,
    RenderFailed,
    ResumeAsked,
    TryEnded,
)
from executions.engine.evolve import evolve
from executions.engine.plan import Kind, Plan, compile_plan
from executions.engine.replaying import replay
from executions.engine.restarting import restart
from executions.engine.rules import lining
from executions.engine.settle import Settled, settle
from executions.engine.state import Ask, Execution, Run, Snapshot, State
from tests.unit.engine.fate import Fate, Place
from tests.unit.engine.known import LISTS
from tests.unit.engine.trace import Trace
from tests.unit.engine.world import Flow

T0 = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Stored:
    """What is committed."""

    execution: Execution
    runs: dict[UUID, Run] = field(default_factory=dict)
    agenda: dict[UUID | None, None] = field(default_factory=dict)
    """What an unfinished turn has left to look at."""
    working: dict[UUID, datetime] = field(default_factory=dict)
    """Runs with a worker or a child execution, and since when."""
    told: set[UUID] = field(default_factory=set)
    """Those of them that were told to stop."""
    timers: dict[tuple[UUID | None, str], datetime] = field(default_factory=dict)


class Shell:
    """One execution and the hands of its turns."""

    def __init__(self, flow: Flow, fate: Fate, random: Random) -> None:
        self.flow, self.fate, self.random = flow, fate, random
        self.plan = compile_plan(flow)
        self.clock = T0
        self.stored = Stored(Execution(id=UUID(int=1), created_at=T0))
        self.stored.agenda[None] = None
        self.trace = Trace(self.plan, self.stored.execution)
        self.turns = 0
        self.last = Settled()
        self._serial = 1000
        self._started: list[UUID] = []
        self._most = random.choice((1, 7, 500))

    # The hands.

    def new_id(self) -> UUID:
        self._serial += 1
        return UUID(int=self._serial)

    def now(self) -> datetime:
        return self.clock

    def loop_value(self, loop: Run, iteration: int) -> str:
        return str(iteration)

    def descendants(self, snapshot: Snapshot, run: UUID) -> tuple[UUID, ...]:
        found = {**self.stored.runs, **snapshot.runs}
        return tuple(
            one.id
            for one in found.values()
            if run in one.ancestors and one.id not in snapshot.dropped
        )

    def render(self, snapshot: Snapshot, run: UUID | None, ask: Ask) -> Rendered | RenderFailed:
        answer = self._answer(snapshot, snapshot.runs[run] if run else None, ask)
        if answer is None:
            return RenderFailed(run, ask, "it cannot be rendered")
        return Rendered(run, ask, answer)

    def run_inline(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        return (self._ended(snapshot, run, self.clock, by_worker=False),)

    def start_child(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        child = ChildStarted(run.id, self.new_id(), self.clock)
        if self.fate.chance("atOnce", self._place(snapshot, run), run.attempts) < 0.2:
            return (child, self._ended(snapshot, run, self.clock, by_worker=False))
        self._started.append(run.id)
        return (child,)

    def start_batches(self, snapshot: Snapshot, run: Run, upto: int) -> tuple[Event, ...]:
        raise AssertionError("no drawn flow has a loop over a file")

    def holds(self, assertion: str) -> bool:
        return True

    def breach(self, snapshot: Snapshot, agreement: int) -> tuple[Event, ...]:
        return ()

    def noted(self, event: Event) -> Event:
        return event

    def _place(self, snapshot: Snapshot, run: Run) -> Place:
        lineage = [snapshot.runs[id] for id in run.ancestors] + [run]
        rounds = tuple(
            snapshot.scope_of(above.id).round
            for above, below in pairwise(lineage)
            if isinstance(self.plan.nodes[above.node].shape, Repetition)
            and self.plan.nodes[below.node].branch not in LISTS
        )
        return Place(self.plan.nodes[run.node].task, run.path, rounds)

    def _answer(self, snapshot: Snapshot, run: Run | None, ask: Ask) -> object:
        if run is None:
            return None if self.fate.outputs_break() else {}
        place, number = self._place(snapshot, run), run.attempts + 1
        match ask:
            case Ask.RUN_IF:
                return self.fate.run_if(place)
            case Ask.CHOICE:
                return self.fate.choice(place)
            case Ask.VALUES:
                return self.fate.count(place)
            case Ask.HOLD:
                return self.fate.hold(place)
            case Ask.DELAY:
                return self.fate.delay(place, number)
            case Ask.CHILD:
                return self.fate.child(place, number)
            case Ask.OUTPUTS:
                return {}
            case Ask.UNTIL:
                round_ = snapshot.scope_of(run.id).round
                answer = self.fate.until(place, round_)
                return None if answer is None else {**answer, "round": round_}
            case _:
                raise AssertionError(ask)

    def _ended(self, snapshot: Snapshot, run: Run, since: datetime, *, by_worker: bool) -> TryEnded:
        verdict = self.fate.ending(self._place(snapshot, run), run.attempts + 1)
        ending, reason = verdict if isinstance(verdict, tuple) else (verdict, None)
        return TryEnded(run.id, ending, since, self.clock, reason, None, by_worker)

    # Turns.

    @property
    def execution(self) -> Execution:
        return self.stored.execution

    def whole(self) -> Snapshot:
        """Everything that is stored."""
        return Snapshot(self.stored.execution, dict(self.stored.runs))

    def loaded(self, named: Iterable[UUID | None]) -> Snapshot:
        """What a turn loads: the named runs and the groups around them."""
        runs: dict[UUID, Run] = {}
        for id in named:
            run = self.stored.runs.get(id) if id else None
            if run is not None:
                runs |= {id: self.stored.runs[id] for id in (*run.ancestors, run.id)}
        return Snapshot(self.stored.execution, runs)

    def live(self) -> list[UUID]:
        """The runs that have not ended, or wait in line."""
        runs = self.stored.runs.values()
        return [run.id for run in runs if not run.ended or lining.waits(run)]

    def turn(self, look: Iterable[UUID | None], *finished: UUID) -> None:
        """Delivers the ends of what worked on some runs, and looks at others."""
        look = tuple(look)
        while self.random.random() < 0.1:
            self._settled(look, finished)  # Lost before its commit.
            self._started.clear()
        snapshot, happened, done = self._settled(look, finished)
        for id in finished:
            self.stored.working.pop(id, None)
            self.stored.told.discard(id)
        self.commit(snapshot, happened, done)

    def _settled(
        self, look: Iterable[UUID | None], finished: tuple[UUID, ...]
    ) -> tuple[Snapshot, list[Event], Settled]:
        agenda = list(self.stored.agenda)
        snapshot = self.loaded([*agenda, *look, *finished])
        for id in [*agenda, *look]:
            if id is None or id in snapshot.runs:
                snapshot.look_at(id)
        happened: list[Event] = []
        for id in finished:
            event = self._end_of(snapshot, id)
            evolve(self.plan, snapshot, event)
            happened.append(event)
        done = settle(self.plan, snapshot, self, most_creations=self._most)
        return snapshot, happened, done

    def _end_of(self, snapshot: Snapshot, id: UUID) -> TryEnded:
        run, since = snapshot.runs[id], self.stored.working[id]
        if id not in self.stored.told:
            return self._ended(snapshot, run, since, by_worker=run.live_attempt)
        return TryEnded(
            id, State.KILLED, since, self.clock, "killed", None, by_worker=run.live_attempt
        )

    def commit(self, snapshot: Snapshot, happened: Iterable[Event], done: Settled) -> None:
        """Writes what changed and lets others know."""
        stored = self.stored
        stored.execution = snapshot.execution
        stored.runs |= {id: snapshot.runs[id] for id in snapshot.changed}
        for id in snapshot.dropped:
            stored.runs.pop(id, None)
        stored.agenda = dict(snapshot.agenda) if done.unfinished else {}
        stored.timers |= {key: wait.due for key, wait in done.waits.items()}
        stored.working |= dict.fromkeys([*done.queued, *self._started], self.clock)
        stored.working = {id: since for id, since in stored.working.items() if self._is_working(id)}
        stored.told |= {*done.killed_attempts, *done.killed_children}
        self._started.clear()
        self.turns += 1
        self.trace.see([*happened, *done.events], self.clock)
        self.last = done

    def _is_working(self, id: UUID) -> bool:
        run = self.stored.runs.get(id)
        if run is None or run.ended:
            return False
        child = self.plan.nodes[run.node].kind in (Kind.CHILD, Kind.CHILDREN)
        return run.live_attempt or (child and run.state is State.RUNNING and not run.outcome)

    # What happens.

    def step(self) -> bool:
        """Something happens; False if nothing can any more."""
        self._pass_time()
        if self.random.random() < 0.03 and self.execution.state is State.RUNNING:
            self.pause()
        if self.stored.agenda:
            self.turn(())
        elif self.stored.working:
            self._deliver()
        elif not self._ring(late=self.random.random() < 0.3):
            return self._resumed()
        return True

    def play(self, *, most: int = 5_000) -> Iterator[int]:
        """Lets things happen until nothing can any more; one number a step."""
        for number in range(most):
            yield number
            if not self.step():
                return
        raise AssertionError("the execution does not come to rest")

    def _pass_time(self) -> None:
        if self.random.random() < 0.3:
            self.clock += timedelta(milliseconds=self.random.choice((1, 400, 1500)))
        if self.random.random() < 0.2:
            self._ring_the_due()

    def _deliver(self) -> None:
        ids = list(self.stored.working)
        self.random.shuffle(ids)
        some = ids[: self.random.choice((1, 1, 1, 2, 5))]
        spurious = self.random.choices(
            [None, *self.stored.runs], k=self.random.choice((0, 0, 1, 3))
        )
        self.turn(spurious, *some)

    def _ring(self, *, late: bool) -> bool:
        """Time goes on to the next timer, or beyond."""
        if not self.stored.timers:
            return False
        self.clock = max(self.clock, min(self.stored.timers.values()))
        if late:
            self.clock += timedelta(seconds=self.random.choice((0.5, 2, 30)))
        self._ring_the_due()
        return True

    def _ring_the_due(self) -> None:
        due = [key for key, at in self.stored.timers.items() if at <= self.clock]
        for key in due:
            del self.stored.timers[key]
        if due:
            self.turn([run for run, _ in due])

    def _resumed(self) -> bool:
        """Somebody comes by and resumes what is paused."""
        paused = [run.id for run in self.stored.runs.values() if run.state is State.PAUSED]
        if not (paused or self.execution.pause_asked):
            return False
        chosen = self.random.choice(paused) if paused else None
        self.by_hand(ResumeAsked(chosen, self.clock, {"by": "somebody"}))
        return True

    def kill(self, *, cascade: bool = True) -> None:
        """Somebody kills the execution."""
        self.by_hand(KillAsked(cascade))

    def pause(self) -> None:
        """Somebody pauses the execution."""
        self.by_hand(PauseAsked())

    def by_hand(self, event: Event) -> None:
        """Somebody asks for something; the runs that live are loaded and looked at."""
        snapshot = self.loaded([*self.stored.agenda, *self.live()])
        evolve(self.plan, snapshot, event)
        self._go_on(snapshot, [event])

    def take_up(self, change: Callable[[Plan, Snapshot, datetime], Iterable[Event]]) -> bool:
        """A restart, or a state by hand: all runs are loaded; False if it changes nothing."""
        snapshot = self.whole()
        happened = list(change(self.plan, snapshot, self.clock))
        if happened:
            self._go_on(snapshot, happened)
        return bool(happened)

    def _go_on(self, snapshot: Snapshot, happened: Iterable[Event]) -> None:
        for id in (None, *snapshot.runs):
            snapshot.look_at(id)
        self.commit(
            snapshot, happened, settle(self.plan, snapshot, self, most_creations=self._most)
        )

    def restart(self) -> bool:
        """Somebody restarts the execution; False if there is nothing to restart."""
        return self.take_up(restart)

    def replayable(self) -> list[UUID]:
        """The task runs from which an execution may begin anew."""
        return [run.id for run in self.stored.runs.values() if not run.dynamic]

    def replayed(self, start: UUID) -> Shell:
        """A new execution that begins with a copy of what came before a run."""
        copy = Shell(self.flow, self.fate, self.random)
        copy.clock, copy._serial = self.clock, self._serial + 1_000_000
        found = replay(self.plan, self.whole(), start, new_id=copy.new_id, now=copy.clock)
        copy.stored.execution = replace(copy.execution, scope=found.scope)
        copy.stored.runs = {run.id: run for run in found.runs}
        copy.stored.agenda = dict.fromkeys((None, *copy.stored.runs))
        copy.trace.begin_with(found.runs)
        return copy
