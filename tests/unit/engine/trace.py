"""Laws about what happens when: each event of an execution is held against those before it.

The trace knows the plan and the events only. It keeps its own account of who lives, who ended and
how, so that a scope which counts wrongly is caught by what it then lets happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from downbeat.sdk.retry import ConstantRetry
from downbeat.sdk.shapes import Concurrent, Graph, Iteration
from executions.engine.events import (
    AttemptQueued,
    ChildStarted,
    Event,
    ExecutionMoved,
    ExecutionReopened,
    Folded,
    KillAsked,
    KillSent,
    LinedUp,
    Opened,
    PauseAsked,
    Removed,
    RenderFailed,
    Reopened,
    ResumeAsked,
    RoundBegun,
    RoundEnded,
    RunCreated,
    RunMoved,
    RunReported,
    TryEnded,
    TurnTaken,
)
from executions.engine.plan import Node, Plan
from executions.engine.state import TERMINAL, Ask, Execution, Reason, Run, State
from tests.unit.engine.known import LISTS, Known, waits_above, within_limit

NEXT: Final = {
    State.CREATED: TERMINAL | {State.RUNNING, State.RETRYING},
    State.RUNNING: TERMINAL | {State.PAUSED, State.RETRYING, State.RUNNING},  # RUNNING: counted
    State.PAUSED: {State.RUNNING, State.KILLED},
    State.RETRYING: TERMINAL | {State.RUNNING, State.RETRYING},
    State.RESTARTED: TERMINAL | {State.RUNNING, State.RETRYING},
}
"""Which state may follow which, for a task run."""
NEXT_OF_EXECUTION: Final = {
    State.CREATED: {State.RUNNING, State.KILLING},
    State.RUNNING: TERMINAL | {State.PAUSED, State.KILLING},
    State.PAUSED: {State.RUNNING, State.KILLING},
    State.RESTARTED: {State.RUNNING, State.KILLING},
    State.KILLING: {State.KILLED},
}
MOST_LOSSES: Final = 3


class LawBroken(AssertionError):
    """Something happened that may not happen then."""


@dataclass(slots=True)
class Trace:
    """The account of one execution."""

    plan: Plan
    begun: Execution
    state: State = State.CREATED
    killed: bool = False
    held: bool = False
    runs: dict[UUID, Known] = field(default_factory=dict)
    inside: dict[UUID | None, list[Known]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    now: datetime | None = None

    def begin_with(self, runs: Iterable[Run]) -> None:
        """Takes note of runs that an execution has from its beginning."""
        for run in runs:
            node = None if run.dynamic else self.plan.nodes[run.node]
            known = Known(run.id, node, run.parent, run.iteration, run.state, tries=run.attempts)
            known.folded = run.folded
            self.runs[run.id] = known
            self.inside.setdefault(run.parent, []).append(known)

    def see(self, events: Iterable[Event], now: datetime) -> None:
        """Takes note of what a turn has committed; raises for the first law that it breaks."""
        self.now = now
        for event in events:
            self.events.append(event)
            for broken in self._note(event):
                raise LawBroken(f"{broken}\n  at {event}")

    def _note(self, event: Event) -> Iterator[str]:
        match event:
            case RunCreated():
                yield from self._create(event)
            case AttemptQueued():
                yield from self._queue(event)
            case TryEnded():
                yield from self._end_try(event)
            case RunMoved():
                yield from self._move(event)
            case RenderFailed(run=run, ask=Ask.CHILD | Ask.DELAY) if run is not None:
                self.runs[run].tries += 1
                self.runs[run].lost = False
            case Folded():
                yield from self._fold(event)
            case Opened(run=run) | ChildStarted(run=run):
                yield from self._begin(self.runs[run])
            case KillSent(run=run):
                yield from self._tell(self.runs[run])
            case RoundEnded(run=run, wake=wake):
                self.runs[run].wake = wake
            case RoundBegun():
                yield from self._begin_round(event)
            case RunReported():
                yield from self._report(event)
            case Removed(runs=runs):
                self._drop(runs)
            case Reopened():
                yield from self._reopen(event)
            case LinedUp(runs=runs):
                for id in runs:
                    self.runs[id].waits = True
            case TurnTaken():
                yield from self._take_turn(event)
            case _:
                yield from self._of_execution(event)

    def _of_execution(self, event: Event) -> Iterator[str]:
        match event:
            case ExecutionMoved(state=state):
                yield from self._move_execution(state)
            case ExecutionReopened():
                self.state, self.killed, self.held = State.RESTARTED, False, False
                for id, beside in self.inside.items():
                    yield from self._all_within_limit(id, beside)
            case KillAsked():
                self.killed, self.held = True, False
            case PauseAsked():
                self.held = True
            case ResumeAsked(run=run):
                self.held = False
                if run is not None:
                    self.runs[run].state, self.runs[run].due = State.RUNNING, None
                if self.state is State.PAUSED:
                    self.state = State.RESTARTED

    # Beginnings.

    def _create(self, event: RunCreated) -> Iterator[str]:
        node = self.plan.nodes[event.node]
        run = Known(event.run, node, event.parent, event.iteration)
        beside = self.inside.setdefault(event.parent, [])
        if event.run in self.runs:
            yield "a run is created twice"
        above = self.runs.get(event.parent) if event.parent else None
        if (above.node.index if above and above.node else None) != node.parent:
            yield "a run stands in another group than its task"
        if above is not None and above.ended:
            yield "a run is created in a group that has ended"
        if node.task.disabled:
            yield "a disabled task runs"
        follows = any(other.iteration == event.iteration for other in beside)
        # The next task of an iteration that has begun exists at once, and waits if it has to.
        yield from self._may_begin(node, waits=event.iteration is not None and follows)
        yield from self._in_order(run, node, beside)
        self.runs[event.run] = run
        beside.append(run)
        yield from waits_above(self.runs, run)
        yield from within_limit(node, self._shape(node), beside)

    def _begin(self, run: Known) -> Iterator[str]:
        yield from waits_above(self.runs, run)
        if run.node is not None and not run.ended and run.state is not State.RUNNING:
            yield from self._may_begin(run.node)
        run.state = State.RUNNING if not run.ended else run.state

    def _take_turn(self, event: TurnTaken) -> Iterator[str]:
        run = self.runs[event.run]
        if not run.waits:
            yield "a turn is taken that nobody has waited for"
        run.waits = False
        if run.state is State.RESTARTED and self.inside.get(run.id):
            run.state = State.RUNNING
        yield from waits_above(self.runs, run)
        if run.node is not None:
            yield from self._may_begin(run.node, waits=run.ended)
            yield from within_limit(run.node, self._shape(run.node), self.inside[run.parent])

    def _all_within_limit(self, group: UUID | None, beside: list[Known]) -> Iterator[str]:
        if group is None or not beside or self.runs[group].ended:
            return
        for run in beside:
            if run.node is not None and not run.ended:
                yield from within_limit(run.node, self._shape(run.node), beside)

    def _may_begin(self, node: Node, *, waits: bool = False) -> Iterator[str]:
        over = self.state in TERMINAL
        outermost = node
        while outermost.parent is not None:
            outermost = self.plan.nodes[outermost.parent]
        if (outermost.branch == "after") is not over:
            yield f"{node.id} begins while the execution is {self.state}"
        if self.killed and not over:
            yield "something begins after a kill"
        if self.held and not over and not waits:
            yield "something begins while the execution is held"
        if self.state in (State.CREATED, State.KILLING, State.QUEUED):
            yield f"something begins while the execution is {self.state}"

    def _in_order(self, run: Known, node: Node, beside: list[Known]) -> Iterator[str]:
        for other in beside:
            if other.node is None:
                continue
            same_task = other.node is node and other.iteration == run.iteration
            if same_task:
                yield f"{node.id} runs twice in one group"
            yield from self._follows(run, node, other, other.node)
        yield from self._lists_in_order(node, beside)

    def _follows(self, run: Known, node: Node, other: Known, before: Node) -> Iterator[str]:
        """Whether a run may begin beside another one of its group."""
        if before.branch != node.branch:
            return
        shape = self._shape(node)
        one_by_one = node.branch in LISTS or not isinstance(shape, Concurrent | Graph | Iteration)
        if isinstance(shape, Iteration) and node.branch not in LISTS:
            one_by_one = shape.ordered and other.iteration == run.iteration
            # An iteration that was taken up again goes on, whatever became of others.
            begun = any(one.iteration == run.iteration for one in self.inside[run.parent])
            if shape.limit == 1 and not shape.isolated and other.stops and not begun:
                yield f"{node.id} begins in a loop that {before.id} has stopped"
        if one_by_one and not other.ended:
            yield f"{node.id} begins before {before.id} has ended"
        if one_by_one and before.place > node.place:
            yield f"{node.id} begins after {before.id}, which it precedes"
        if one_by_one and node.branch not in LISTS and other.stops:
            yield f"{node.id} begins after {before.id} ended as {other.state}"
        if isinstance(shape, Graph) and before.index in node.needs and not other.ended:
            yield f"{node.id} begins before {before.id}, which it needs, has ended"

    def _lists_in_order(self, node: Node, beside: list[Known]) -> Iterator[str]:
        """Tasks, then errors, then finally, then what comes after the execution."""
        begun = {run.node.index for run in beside if run.node}
        shape = self._shape(node)
        if isinstance(shape, Graph) and not node.needs <= begun and node.branch == "tasks":
            yield f"{node.id} begins though something that it needs never ran"
        if node.branch not in LISTS:
            if any(run.node and run.node.branch in LISTS for run in beside):
                yield f"{node.id} begins after a handler"
            return
        later = LISTS[LISTS.index(node.branch) + 1 :]
        for other in beside:
            if other.node and other.node.branch in later:
                yield f"{node.id} begins after {other.node.id}"
            if not other.ended:
                yield f"the handler {node.id} begins beside {other.id}, which lives"

    def _shape(self, node: Node) -> object:
        return self.plan.nodes[node.parent].shape if node.parent is not None else None

    # Tries.

    def _queue(self, event: AttemptQueued) -> Iterator[str]:
        run = self.runs[event.run]
        if run.at_worker:
            yield "a run has two workers"
        if run.ended:
            yield "a run is tried that has ended"
        if event.number != run.tries + 1:
            yield f"try {event.number} follows {run.tries} tries"
        if run.due is not None and self.now is not None and self.now < run.due:
            yield f"a try begins before its moment, {run.due}"
        if run.node is not None:
            yield from self._may_begin(run.node)
        yield from waits_above(self.runs, run)
        run.at_worker, run.told = True, False

    def _end_try(self, event: TryEnded) -> Iterator[str]:
        run = self.runs[event.run]
        if run.ended:
            yield "a try ends of a run that has ended"
        if event.by_worker is not run.at_worker:
            yield "a try ends that nobody has begun"
        run.tries += 1
        run.lost = event.reason == Reason.WORKER_LOST
        run.losses += run.lost
        if run.losses > MOST_LOSSES:
            yield "a task has lost more workers than it may"
        run.at_worker = run.told = False
        run.state = State.RUNNING

    def _tell(self, run: Known) -> Iterator[str]:
        if run.told:
            yield "somebody is told twice to stop"
        if not self.killed:
            yield "somebody is told to stop without a kill"
        run.told = True

    # Ends.

    def _move(self, event: RunMoved) -> Iterator[str]:
        run = self.runs[event.run]
        if event.state not in NEXT.get(run.state, ()):
            yield f"{run.state} is followed by {event.state}"
        if event.state is State.RETRYING and run.node is not None:
            yield from self._pauses(run, run.node, event)
        run.state, run.due = event.state, event.due
        if not run.ended:
            return
        run.waits = run.waits and not self.killed
        if run.at_worker:
            yield "a run ends while a worker has it"
        if any(not other.ended for other in self.inside.get(run.id, ())):
            yield "a group ends before its children"

    def _pauses(self, run: Known, node: Node, event: RunMoved) -> Iterator[str]:
        """A try follows after the pause of the policy; after a lost worker at once."""
        pause = None if event.due is None else event.due - event.at
        if run.lost:
            if pause != timedelta():
                yield f"{pause} is waited after a lost worker"
        elif not isinstance(node.retry, ConstantRetry) or pause != node.retry.interval:
            yield f"{pause} is waited before the next try"
        elif run.tries >= (node.retry.max_attempts or 99) + run.losses:
            yield f"there is a try after {run.tries}, {run.losses} of them lost"

    def _fold(self, event: Folded) -> Iterator[str]:
        run = self.runs[event.run]
        if run.folded:
            yield "a run is counted twice"
        if not run.ended:
            yield "a run is counted that has not ended"
        run.folded = True

    def _begin_round(self, event: RoundBegun) -> Iterator[str]:
        run = self.runs[event.run]
        if run.wake is None or self.now is None or self.now < run.wake:
            yield "a round begins before its moment"
        own = {run.id for run in self._within(event.run)}
        if own != set(event.dropped):
            yield f"a round drops {event.dropped}, not {own}"
        run.wake = None
        self._drop(event.dropped)

    def _within(self, group: UUID) -> Iterator[Known]:
        for run in self.inside.get(group, ()):
            yield run
            yield from self._within(run.id)

    def _report(self, event: RunReported) -> Iterator[str]:
        if not self.runs[event.parent].at_worker:
            yield "a run is reported from inside a try that nobody made"
        node = None if event.node is None else self.plan.nodes[event.node]
        run = Known(event.run, node, event.parent, None, event.state, folded=True)
        self.runs[event.run] = run
        self.inside.setdefault(event.parent, []).append(run)

    def _drop(self, runs: Iterable[UUID]) -> None:
        for id in runs:
            run = self.runs.pop(id)
            self.inside[run.parent].remove(run)

    def _reopen(self, event: Reopened) -> Iterator[str]:
        run = self.runs[event.run]
        if run.at_worker:
            yield "a run is taken up that a worker has"
        run.state, run.folded, run.due, run.told = event.state, False, None, False
        run.by_hand, run.waits = run.ended, False

    def _move_execution(self, state: State) -> Iterator[str]:
        if state not in NEXT_OF_EXECUTION.get(self.state, ()):
            yield f"the execution is {state} after {self.state}"
        if state in TERMINAL and any(not run.ended for run in self.runs.values()):
            yield "the execution ends before its runs"
        if self.killed and state not in (State.KILLING, State.KILLED):
            yield f"the execution is {state} after a kill"
        self.state = state
