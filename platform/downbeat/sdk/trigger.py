"""Trigger types: declared causes of executions, and the conditions that hold them back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self

from pydantic import Field, ModelWrapValidatorHandler, PrivateAttr, model_validator

from downbeat.sdk.anytask import Conditions
from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Duration, Dyn, Spec, Spelled, Text
from downbeat.sdk.labels import Labels
from downbeat.sdk.task import WorkerGroupRef

TriggerId = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$", max_length=256), Spelled()]
State = Literal[
    "CREATED",
    "QUEUED",
    "RUNNING",
    "PAUSED",
    "RETRYING",
    "RESTARTED",
    "KILLING",
    "SUCCESS",
    "WARNING",
    "FAILED",
    "KILLED",
    "CANCELLED",
    "RETRIED",
    "SKIPPED",
]


@dataclass(frozen=True, slots=True)
class ExecutionFacts:
    """What a condition may know of the execution it judges."""

    id: str
    namespace: str
    flow_id: str
    state: str
    labels: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 1
    outputs: Mapping[str, Any] = field(default_factory=dict)
    states_of_attempts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionFacts:
    """The situation that a condition judges.

    ``render`` gives the text of an expression in the trigger's context; it raises if it cannot.
    """

    flow_namespace: str
    flow_id: str
    render: Callable[[str], str]
    truth: Callable[[str], bool]
    execution: ExecutionFacts | None = None
    date: datetime | None = None


class Condition(Spec):
    """A named test that must hold before a trigger fires."""

    type_name: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    deprecated: ClassVar[str | None] = None
    examples: ClassVar[tuple[tuple[str, str], ...]] = ()

    type: str

    @property
    def on_dates(self) -> bool:
        """Whether the condition judges a date alone, so that a schedule can skip dates with it."""
        return False

    def holds(self, facts: ConditionFacts) -> bool:
        """Whether the condition is met."""
        raise NotImplementedError(f"{type(self).__name__} does not judge by itself")


class Trigger(Spec):
    """A declared cause of executions: the keys that every trigger has."""

    type_name: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    deprecated: ClassVar[str | None] = None
    examples: ClassVar[tuple[tuple[str, str], ...]] = ()
    internal: ClassVar[bool] = False
    """What the platform itself polls: workers know it, catalogue and editor do not."""

    id: TriggerId
    type: str
    description: Text | None = None
    conditions: Conditions = ()
    when: str | None = None
    disabled: bool = False
    worker_group: WorkerGroupRef | None = None
    log_level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] | None = None
    labels: Labels = ()
    inputs: Dyn[dict[str, Any] | None] = None
    stop_after: tuple[State, ...] = ()
    log_to_file: bool = False

    _raw: Mapping[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_raw(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        found = handler(value)
        if isinstance(value, dict):
            found._raw = value
        return found

    @property
    def raw(self) -> Mapping[str, Any]:
        """The properties as written, plug-in defaults merged, before rendering."""
        return self._raw


@dataclass(frozen=True, slots=True)
class Fired:
    """One execution that a trigger asks for.

    ``key`` names the cause, unique per trigger: the same key never starts a second execution.
    """

    key: str
    variables: Mapping[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Polled:
    """The outcome of a poll: what fires, and the state kept for the next poll.

    Both are stored in one transaction. ``more``: poll again at once.
    """

    fired: tuple[Fired, ...] = ()
    state: Mapping[str, Any] | None = None
    more: bool = False


class PollContext(RunContext, Protocol):
    """The context of a poll: a run context with the state that the last poll left."""

    state: Mapping[str, Any]


class PollingTrigger(Trigger, ABC):
    """Looks for new things at an interval; runs in a task process on a worker."""

    interval: Duration = Field(default="PT1M", validate_default=True)

    @abstractmethod
    def poll(self, ctx: PollContext) -> Polled:
        """What is new since ``ctx.state``; every property has been rendered."""
