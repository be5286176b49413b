"""A small world for the engine: its hands in memory, workers that end as a plan of chance says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from downbeat.sdk.context import InlineContext, RunContext
from downbeat.sdk.task import InlineResult, InlineTask, Outputs, RunnableTask, Task
from executions.engine.events import (
    Admitted,
    BatchEnded,
    BatchesStarted,
    Breached,
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
from executions.engine.rules import agreements
from executions.engine.settle import Settled, settle
from executions.engine.state import Ask, Execution, Run, Snapshot, State

T0 = datetime(2026, 1, 1, tzinfo=UTC)
Verdict = State | tuple[State, str]


class Step(RunnableTask):
    """A task of a worker."""

    type_name: ClassVar[str] = "test.Step"

    def run(self, ctx: RunContext) -> Outputs | None:
        return None


class Quick(InlineTask):
    """An inline task."""

    type_name: ClassVar[str] = "test.Quick"

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        return InlineResult()


@dataclass(frozen=True)
class Flow:
    """What the engine reads of a flow."""

    tasks: tuple[Task, ...]
    errors: tuple[Task, ...] | None = None
    finally_: tuple[Task, ...] | None = None
    after_execution: tuple[Task, ...] | None = None
    retry: Any = None
    outputs: tuple[object, ...] = ()
    sla: tuple[Any, ...] = ()
    listeners: tuple[Any, ...] = ()


@dataclass
class World:
    """One execution with everything around it."""

    flow: Flow
    verdicts: Callable[[str, int], Verdict] = lambda task, attempt: State.SUCCESS
    """How a try of a task ends."""
    answers: Mapping[tuple[str, Ask], Any] = field(default_factory=dict)
    holding: Callable[[str], bool] = lambda assertion: True
    """Whether an assertion of an agreement holds now."""
    refused_batches: frozenset[int] = frozenset()
    """Batches whose child executions cannot start."""
    exits: Mapping[str, State] = field(default_factory=dict)
    """Quick tasks that end the execution, and how."""
    now_at: datetime = T0
    most_creations: int = 500

    def __post_init__(self) -> None:
        self.plan: Plan = compile_plan(self.flow)
        self.snapshot = Snapshot(Execution(id=UUID(int=1), created_at=self.now_at))
        self.snapshot.look_at(None)
        self.serial = 1000
        self.events: list[Event] = []
        self.order: list[str] = []
        self.renders: list[tuple[UUID | None, Ask]] = []
        self.children: dict[UUID, UUID] = {}
        self.killed_children: set[UUID] = set()
        self.batches: dict[UUID, list[int]] = {}
        """Batches whose child executions live, by the run of their loop."""
        self.last = Settled()
        self.timers: dict[tuple[UUID | None, str], datetime] = {}

    def new_id(self) -> UUID:
        self.serial += 1
        return UUID(int=self.serial)

    def now(self) -> datetime:
        return self.now_at

    def task_of(self, run: Run) -> str:
        return self.plan.nodes[run.node].id

    def loop_value(self, loop: Run, iteration: int) -> str:
        values = self.answers.get((self.task_of(loop), Ask.VALUES), _DEFAULTS[Ask.VALUES])
        return str(values[iteration]) if iteration < len(values) else f"v{iteration}"

    def render(self, snapshot: Snapshot, run: UUID | None, ask: Ask) -> Rendered | RenderFailed:
        task = self.task_of(snapshot.runs[run]) if run else ""
        if ask is not Ask.UNTIL:
            assert (run, ask) not in self.renders or self._tried_again(run)
        self.renders.append((run, ask))
        answer = self.answers.get((task, ask), _DEFAULTS[ask])
        if isinstance(answer, Exception):
            return RenderFailed(run, ask, str(answer))
        if ask is Ask.VALUES:
            return Rendered(run, ask, len(answer))
        if ask is Ask.UNTIL and run is not None:
            scope = snapshot.scope_of(run)
            return Rendered(run, ask, {**answer(scope.round), "round": scope.round})
        return Rendered(run, ask, answer)

    def _tried_again(self, run: UUID | None) -> bool:
        return run is not None and bool(self.snapshot.runs[run].attempts)

    def run_inline(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        exit_as = self.exits.get(self.task_of(run))
        asked = () if exit_as is None else (KillAsked(end_as=exit_as),)
        return (self._ended(run, by_worker=False), *asked)

    def _ended(self, run: Run, *, by_worker: bool) -> TryEnded:
        verdict = self.verdicts(self.task_of(run), run.attempts + 1)
        ending, reason = verdict if isinstance(verdict, tuple) else (verdict, None)
        return TryEnded(run.id, ending, self.now_at, self.now_at, reason, None, by_worker)

    def start_child(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        child = self.new_id()
        self.children[run.id] = child
        return (ChildStarted(run.id, child, self.now_at),)

    def start_batches(self, snapshot: Snapshot, run: Run, upto: int) -> tuple[Event, ...]:
        begun = snapshot.scope_of(run.id).cursor
        numbers = range(begun + 1, upto + 1)
        refused = [number for number in numbers if number in self.refused_batches]
        self.batches.setdefault(run.id, []).extend(n for n in numbers if n not in refused)
        ended: dict[str, int] = {State.FAILED: len(refused)} if refused else {}
        return (BatchesStarted(run.id, upto, self.now_at, ended),)

    def holds(self, assertion: str) -> bool:
        self.order.append(f"assert {assertion}")
        return self.holding(assertion)

    def breach(self, snapshot: Snapshot, agreement: int) -> tuple[Event, ...]:
        end_as = agreements.ENDS[self.plan.agreements[agreement].behavior]
        if end_as is None:
            return (Breached(agreement),)
        run = agreements.last_unfinished(snapshot)
        self.look_everywhere()
        return (Breached(agreement, "violated"), KillAsked(end_as=end_as, run=run))

    def descendants(self, snapshot: Snapshot, run: UUID) -> tuple[UUID, ...]:
        return tuple(one.id for one in snapshot.runs.values() if run in one.ancestors)

    def noted(self, event: Event) -> Event:
        return event

    def happen(self, *events: Event) -> None:
        for event in events:
            evolve(self.plan, self.snapshot, event)
            self.events.append(event)

    def settle(self) -> Settled:
        while True:
            self.last = settle(self.plan, self.snapshot, self, most_creations=self.most_creations)
            self.events.extend(self.last.events)
            self.timers |= {key: wait.due for key, wait in self.last.waits.items()}
            if not self.last.unfinished:
                return self.last

    def live_attempts(self) -> list[Run]:
        return [run for run in self.snapshot.runs.values() if run.live_attempt]

    def live_children(self) -> list[Run]:
        return [
            run
            for run in self.snapshot.runs.values()
            if self.plan.nodes[run.node].kind is Kind.CHILD
            and run.state is State.RUNNING
            and run.outcome is None
        ]

    def finish(self, run: Run) -> None:
        """A worker, or a child execution, ends; one that was told to stop is killed."""
        if run.kill_sent:
            by_worker = run.live_attempt
            self.happen(
                TryEnded(run.id, State.KILLED, self.now_at, self.now_at, "killed", None, by_worker)
            )
        else:
            self.happen(self._ended(run, by_worker=run.live_attempt))

    def end_batch(self, run: UUID, number: int, state: State = State.SUCCESS) -> None:
        """The child execution of a batch ends."""
        self.batches[run].remove(number)
        self.happen(BatchEnded(run, number, state))

    def ring(self) -> bool:
        """Time goes on to the next timer; whoever is due is looked at."""
        if not self.timers:
            return False
        self.now_at = max(self.now_at, min(self.timers.values()))
        for run, kind in [key for key, due in self.timers.items() if due <= self.now_at]:
            del self.timers[(run, kind)]
            if run is None or run in self.snapshot.runs:
                self.snapshot.look_at(run)
        return True

    def step(self, pick: Callable[[list[Run]], Run] = lambda runs: runs[0]) -> bool:
        """Settles, then lets one thing happen; False if nothing can any more."""
        self.settle()
        live = self.live_attempts() + self.live_children()
        if live:
            self.finish(pick(live))
            return True
        for run, numbers in self.batches.items():
            if numbers:
                verdict = self.verdicts(self.task_of(self.snapshot.runs[run]), numbers[0])
                killed = self.snapshot.runs[run].kill_sent
                self.end_batch(run, numbers[0], State.KILLED if killed else _state_of(verdict))
                return True
        return self.ring()

    def play(self) -> State:
        """Runs until nothing happens any more."""
        for _ in range(5000):
            if not self.step():
                return self.snapshot.execution.state
        raise AssertionError("the execution does not come to rest")

    def kill(self) -> None:
        self.happen(KillAsked())
        self.look_everywhere()

    def pause(self) -> None:
        self.happen(PauseAsked())

    def resume(self, run: UUID | None = None, **inputs: Any) -> None:
        self.happen(ResumeAsked(run, self.now_at, inputs))
        self.look_everywhere()

    def admit(self) -> None:
        self.happen(Admitted())

    def look_everywhere(self) -> None:
        for run in self.snapshot.runs:
            self.snapshot.look_at(run)
        self.snapshot.look_at(None)

    def states(self) -> dict[str, str]:
        return {self.task_of(run): str(run.state) for run in self.snapshot.runs.values()}

    def created(self) -> list[str]:
        return [self.task_of(run) for run in self.snapshot.runs.values()]


def _state_of(verdict: Verdict) -> State:
    return verdict[0] if isinstance(verdict, tuple) else verdict


_DEFAULTS: Mapping[Ask, Any] = {
    Ask.RUN_IF: True,
    Ask.CHOICE: "true",
    Ask.VALUES: ["a", "b", "c"],
    Ask.UNTIL: lambda round_: {
        "done": round_ >= 2,
        "interval": 1.0,
        "maxIterations": 5,
        "maxDuration": None,
        "failOnMax": False,
    },
    Ask.HOLD: {"delay": None, "timeout": None},
    Ask.DELAY: 5.0,
    Ask.TIMEOUT: None,
    Ask.CHILD: {},
    Ask.BATCHES: {"count": 3, "transmitFailed": True},
    Ask.OUTPUTS: {},
    Ask.LISTENERS: [0, 1, 2],
}
