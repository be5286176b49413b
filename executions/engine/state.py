"""What the engine knows of one execution: values of runs and scopes, and the part that is loaded.

Theory of operation. A *run* is a task run. A *scope* is how far a group of tasks (or the whole
execution) has come: which list it walks, how many of its children live, how many ended in which
state. A child that ends is *folded* into its scope once, so a scope never has to look at its
children again, and a transition needs only the ended run and the groups around it: the cost of a
step does not grow with the size of the execution. The *agenda* names the runs that may have
something to do; ``None`` on it stands for the execution itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID


class State(StrEnum):
    """States of executions and task runs."""

    CREATED = "CREATED"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    RETRYING = "RETRYING"
    RESTARTED = "RESTARTED"
    KILLING = "KILLING"
    SUCCESS = "SUCCESS"
    WARNING = "WARNING"
    FAILED = "FAILED"
    KILLED = "KILLED"
    CANCELLED = "CANCELLED"
    RETRIED = "RETRIED"
    SKIPPED = "SKIPPED"


TERMINAL: Final = frozenset(
    {
        State.SUCCESS,
        State.WARNING,
        State.FAILED,
        State.KILLED,
        State.CANCELLED,
        State.RETRIED,
        State.SKIPPED,
    }
)


class Phase(StrEnum):
    """Which of its task lists a scope is walking."""

    TASKS = "tasks"
    ERRORS = "errors"
    FINALLY = "finally"
    AFTER = "after"
    CLOSED = "closed"


class Ask(StrEnum):
    """What the shell may be asked to render, once, for a run or for the execution."""

    RUN_IF = "runIf"
    CHOICE = "choice"
    VALUES = "values"
    UNTIL = "until"
    HOLD = "hold"
    DELAY = "delay"
    TIMEOUT = "timeout"
    CHILD = "child"
    BATCHES = "batches"
    OUTPUTS = "outputs"
    BREAK = "break"
    LISTENERS = "listeners"


class Reason(StrEnum):
    """Why a try failed; stable codes."""

    WORKER_LOST = "worker_lost"
    RENDER = "render"
    RUN_IF = "run_if"
    PANIC = "panic"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a group, or the execution, has come."""

    phase: Phase = Phase.TASKS
    branch: str = "tasks"
    cursor: int = 0
    """Place of the next child in the list that is walked; in a loop, the next iteration."""
    live: int = 0
    """Children that exist and are not folded yet."""
    open: int = 0
    """Iterations in flight; of a file's batches, child executions in flight."""
    total: int = 0
    """Iterations there will be."""
    round: int = 0
    """Rounds of a repetition that have begun."""
    since: datetime | None = None
    """When a repetition began."""
    parts: int = 0
    """Files with the outputs of child executions."""
    wake: datetime | None = None
    """When the next round of a repetition is due."""
    tally: Mapping[str, int] = field(default_factory=dict)
    """Folded children of ``tasks`` by state."""
    late: Mapping[str, int] = field(default_factory=dict)
    """Folded children of ``finally`` by state."""
    started: tuple[int, ...] = ()
    """Nodes of a graph that have a run."""
    ended: tuple[int, ...] = ()
    """Nodes of a graph whose run is folded."""
    waiting: int = 0
    """Children that were taken up again and wait for their turn; they live, but do no work."""
    next_in_line: UUID | None = None
    """Whose turn comes next."""
    broken: bool = False
    """Whether an item has stopped the loop: no further one begins."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the last try of a run ended, before it is decided what follows from it."""

    ending: State
    reason: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of a history."""

    state: State
    at: datetime


@dataclass(frozen=True, slots=True)
class Try:
    """A try that needed no worker's lease: of an inline task, a child execution."""

    state: State
    started_at: datetime
    ended_at: datetime
    log_file: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A task run."""

    id: UUID
    node: int
    parent: UUID | None = None
    ancestors: tuple[UUID, ...] = ()
    path: tuple[str, ...] = ()
    iteration: int | None = None
    value: str | None = None
    state: State = State.CREATED
    history: tuple[Moment, ...] = ()
    scope: Scope | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0
    lost: int = 0
    live_attempt: bool = False
    kill_sent: bool = False
    run_after: datetime | None = None
    child: UUID | None = None
    outcome: Outcome | None = None
    tries: tuple[Try, ...] = ()
    first_try_at: datetime | None = None
    folded: bool = False
    dynamic: bool = False
    task_id: str = ""
    """Set for dynamic runs, which have no node."""

    @property
    def ended(self) -> bool:
        return self.state in TERMINAL


@dataclass(frozen=True, slots=True)
class Execution:
    """The execution itself."""

    id: UUID
    state: State = State.CREATED
    history: tuple[Moment, ...] = ()
    scope: Scope = Scope()
    facts: Mapping[str, Any] = field(default_factory=dict)
    kill_asked: bool = False
    pause_asked: bool = False
    scheduled_at: datetime | None = None
    created_at: datetime | None = None
    attempt_number: int = 1
    paused: int = 0
    """How many runs are PAUSED; the execution shows PAUSED while there are any."""
    admitted: bool = True
    """Whether the flow's concurrency limit has let it in."""

    @property
    def ended(self) -> bool:
        return self.state in TERMINAL

    @property
    def held(self) -> bool:
        """Whether nothing new may start until somebody resumes the execution, or lets it in.

        A kill is stronger than a pause, and what runs after the execution knows neither.
        """
        waits = self.pause_asked or not self.admitted
        return waits and not self.kill_asked and not self.ended


@dataclass(slots=True)
class Snapshot:
    """The loaded part of an execution; ``evolve`` changes it in place, run by run.

    Runs are replaced, never altered; the containers are altered, because a loop of thousands
    would otherwise copy them for every step.
    """

    execution: Execution
    runs: dict[UUID, Run] = field(default_factory=dict)
    agenda: dict[UUID | None, None] = field(default_factory=dict)
    changed: set[UUID] = field(default_factory=set)
    created: set[UUID] = field(default_factory=set)
    dropped: set[UUID] = field(default_factory=set)

    def look_at(self, run: UUID | None) -> None:
        """Puts a run on the agenda."""
        self.agenda[run] = None

    def scope_of(self, owner: UUID | None) -> Scope:
        """The scope of a group, or the execution's."""
        if owner is None:
            return self.execution.scope
        scope = self.runs[owner].scope
        return scope if scope is not None else Scope()
