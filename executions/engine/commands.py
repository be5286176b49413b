"""What the engine wants done: the closed union that ``decide`` returns and the shell carries out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from executions.engine.state import Ask, Phase, Scope, State


@dataclass(frozen=True, slots=True)
class CreateRun:
    """Make a task run for a node; ``iteration`` counts the rounds of the loop directly around."""

    parent: UUID | None
    node: int
    iteration: int | None = None


@dataclass(frozen=True, slots=True)
class Render:
    """Render what is asked and store the value as a fact."""

    run: UUID | None
    ask: Ask


@dataclass(frozen=True, slots=True)
class RunInline:
    """Run a quick task here and now."""

    run: UUID


@dataclass(frozen=True, slots=True)
class QueueAttempt:
    """Let a worker try."""

    run: UUID
    number: int
    kind: Literal["task", "directory"]


@dataclass(frozen=True, slots=True)
class StartChild:
    """Start the execution of another flow."""

    run: UUID


@dataclass(frozen=True, slots=True)
class StartBatches:
    """Start the child executions of the next batches of a file, up to this number."""

    run: UUID
    upto: int


@dataclass(frozen=True, slots=True)
class Open:
    """Begin a group."""

    run: UUID
    scope: Scope


@dataclass(frozen=True, slots=True)
class Enter:
    """Walk the next list of a scope."""

    owner: UUID | None
    phase: Phase


@dataclass(frozen=True, slots=True)
class EndRound:
    """Wait until the next round of a repetition."""

    run: UUID
    wake: datetime


@dataclass(frozen=True, slots=True)
class BeginRound:
    """Drop the children of the former round and begin the next."""

    run: UUID


@dataclass(frozen=True, slots=True)
class Move:
    """Give a run another state; ``due``: when it is to be taken up again.

    ``verdict`` is counted in the run's own scope, as if a child had ended so.
    """

    run: UUID
    state: State
    due: datetime | None = None
    verdict: State | None = None


@dataclass(frozen=True, slots=True)
class EndTry:
    """The try ends without anybody working on it."""

    run: UUID
    ending: State
    reason: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """The run cannot begin, because what was rendered leads nowhere."""

    run: UUID
    ask: Ask
    message: str


@dataclass(frozen=True, slots=True)
class CallUp:
    """Look at a run that waits in line, now or, if it is not loaded, in the next turn."""

    run: UUID


@dataclass(frozen=True, slots=True)
class TakeTurn:
    """Let a run begin that was taken up again and has waited in line."""

    run: UUID


@dataclass(frozen=True, slots=True)
class Fold:
    """Count an ended run in the scope around it."""

    run: UUID
    closes_iteration: bool = False


@dataclass(frozen=True, slots=True)
class KillAttempt:
    """Tell the worker to stop."""

    run: UUID


@dataclass(frozen=True, slots=True)
class KillChild:
    """Kill the child execution."""

    run: UUID


@dataclass(frozen=True, slots=True)
class MoveExecution:
    """Give the execution another state."""

    state: State


@dataclass(frozen=True, slots=True)
class Break:
    """Stop the whole execution before this run begins."""

    run: UUID


@dataclass(frozen=True, slots=True)
class Breach:
    """Do what the agreement of this place in the flow says about its violation."""

    agreement: int


@dataclass(frozen=True, slots=True)
class RetryExecution:
    """Start the flow anew, as another execution, at a later moment."""

    due: datetime


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Nothing to do before this moment."""

    run: UUID | None
    kind: str
    due: datetime


Command = (
    CreateRun
    | Render
    | RunInline
    | QueueAttempt
    | StartChild
    | StartBatches
    | Open
    | Enter
    | EndRound
    | BeginRound
    | Move
    | EndTry
    | Refuse
    | CallUp
    | TakeTurn
    | Fold
    | KillAttempt
    | KillChild
    | MoveExecution
    | Break
    | Breach
    | RetryExecution
    | WakeAt
)
