"""What happened to an execution: the closed union of facts that ``evolve`` folds and journals keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from executions.engine.state import Ask, Phase, Scope, State, Try


@dataclass(frozen=True, slots=True)
class RunCreated:
    """A task run exists."""

    run: UUID
    parent: UUID | None
    node: int
    at: datetime
    iteration: int | None = None
    value: str | None = None
    key: str | None = None
    """Of an iteration over a map."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A value was rendered; it is never rendered again."""

    run: UUID | None
    ask: Ask
    value: Any


@dataclass(frozen=True, slots=True)
class RenderFailed:
    """A value cannot be rendered."""

    run: UUID | None
    ask: Ask
    message: str


@dataclass(frozen=True, slots=True)
class AttemptQueued:
    """A try waits for a worker."""

    run: UUID
    number: int
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TryEnded:
    """A try is over: of a worker, inline, or of a child execution."""

    run: UUID
    ending: State
    started_at: datetime
    at: datetime
    reason: str | None = None
    error: str | None = None
    by_worker: bool = True
    log_file: str | None = None
    """Where the log of a try without a worker is kept as a file."""


@dataclass(frozen=True, slots=True)
class RunReported:
    """A task run that a worker ran by itself, inside another one's attempt."""

    run: UUID
    parent: UUID
    task_id: str
    node: int | None
    state: State
    started_at: datetime
    at: datetime
    value: str | None = None
    attempts: int = 1
    tries: tuple[Try, ...] = ()
    """Each try by itself, if there was more to tell than one."""
    reason: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ChildStarted:
    """The child execution of a task run exists."""

    run: UUID
    child: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class BatchesStarted:
    """Batches up to this number have their child executions.

    ``ended`` counts those that nobody has to wait for, by state: refused ones, and in a restart
    those that had ended well.
    """

    run: UUID
    upto: int
    at: datetime
    ended: Mapping[str, int] = field(default_factory=dict)
    part: int = 0


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """The child execution of a batch has ended; its outputs are in a part, unless that is 0."""

    run: UUID
    number: int
    state: State
    part: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A group has begun."""

    run: UUID
    scope: Scope
    at: datetime


@dataclass(frozen=True, slots=True)
class PhaseEntered:
    """A scope walks its next list."""

    owner: UUID | None
    phase: Phase


@dataclass(frozen=True, slots=True)
class RoundEnded:
    """A round of a repetition is over, and the next is due later."""

    run: UUID
    wake: datetime


@dataclass(frozen=True, slots=True)
class RoundBegun:
    """The children of the former round are gone, the next begins."""

    run: UUID
    dropped: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class RunMoved:
    """A task run has another state; what it waited for is over."""

    run: UUID
    state: State
    at: datetime
    due: datetime | None = None
    verdict: State | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """The scope around an ended run has counted it."""

    run: UUID
    closes_iteration: bool = False


@dataclass(frozen=True, slots=True)
class KillSent:
    """Whoever works on the run was told to stop."""

    run: UUID


@dataclass(frozen=True, slots=True)
class RetryPlanned:
    """The flow is to start anew, as another execution."""

    due: datetime


@dataclass(frozen=True, slots=True)
class ExecutionMoved:
    """The execution has another state."""

    state: State
    at: datetime


@dataclass(frozen=True, slots=True)
class Admitted:
    """The flow's concurrency limit has let the execution in; ``forced``: somebody overruled it.

    A forced one does not wait for its date either.
    """

    forced: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """The flow's concurrency limit keeps the execution out for now."""

    at: datetime


@dataclass(frozen=True, slots=True)
class KillAsked:
    """Somebody wants the execution to stop; with ``cascade`` its child executions too.

    ``end_as``: a task or an agreement has asked for this end, which is then no kill but the
    execution's state; ``run`` is the task run that takes this end too. ``by`` names who asked.
    """

    cascade: bool = True
    end_as: State | None = None
    run: UUID | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Breached:
    """The agreement of this place in the flow was violated; ``failure``: and ends the execution."""

    agreement: int
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class BreakpointReached:
    """The execution has stopped before a run of this task."""

    run: UUID
    task_id: str


@dataclass(frozen=True, slots=True)
class BreakpointsSet:
    """Somebody has said anew where the execution is to stop."""

    breakpoints: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class PauseAsked:
    """Somebody wants nothing new to start."""


@dataclass(frozen=True, slots=True)
class ResumeAsked:
    """Somebody wants a paused run (or the whole execution) to go on, with these inputs."""

    run: UUID | None
    at: datetime
    inputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reopened:
    """A run is taken up again, as it was before it ended."""

    run: UUID
    state: State
    at: datetime
    scope: Scope | None = None
    fresh: bool = False
    """Its rendered values are forgotten."""
    resumes: bool = False
    """Its child executions are restarted: what names them is kept."""


@dataclass(frozen=True, slots=True)
class LinedUp:
    """Children of a group that were taken up again wait for their turns, in this order."""

    group: UUID
    runs: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class TurnTaken:
    """The first in the line of a group begins."""

    run: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Removed:
    """Runs that a restart has made void."""

    runs: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ExecutionReopened:
    """The execution is taken up again; ``awaited``: its parent has asked for it, and waits."""

    scope: Scope
    at: datetime
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Awaited:
    """The parent waits for the end of the execution, whoever took it up again."""


Event = (
    RunCreated
    | Rendered
    | RenderFailed
    | AttemptQueued
    | TryEnded
    | RunReported
    | ChildStarted
    | BatchesStarted
    | BatchEnded
    | Opened
    | PhaseEntered
    | RoundEnded
    | RoundBegun
    | RunMoved
    | Folded
    | KillSent
    | RetryPlanned
    | ExecutionMoved
    | Admitted
    | Held
    | KillAsked
    | Breached
    | BreakpointReached
    | BreakpointsSet
    | PauseAsked
    | ResumeAsked
    | Reopened
    | LinedUp
    | TurnTaken
    | Removed
    | ExecutionReopened
    | Awaited
)
