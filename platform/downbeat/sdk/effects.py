"""What an inline task changes besides its outputs: values that the runtime applies exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

Level = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line in the task run's log."""

    level: Level
    message: str


@dataclass(frozen=True, slots=True)
class AddLabels:
    """Labels added to the execution; a later value of a key wins."""

    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SetVariables:
    """Variables of the execution set (or, with ``None``, removed)."""

    variables: Mapping[str, Any]
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KvSet:
    """A key-value pair written in a namespace."""

    namespace: str
    key: str
    value: Any
    kind: str | None = None
    ttl: timedelta | None = None
    overwrite: bool = True
    description: str | None = None


@dataclass(frozen=True, slots=True)
class KvDelete:
    """A key removed from a namespace."""

    namespace: str
    key: str
    error_on_missing: bool = False


@dataclass(frozen=True, slots=True)
class StateMerge:
    """Values put over those of a state of the flow's namespace."""

    key: str
    data: Mapping[str, Any]
    about: str = ""
    """What the state is, for people who look at what a namespace keeps."""


@dataclass(frozen=True, slots=True)
class StateDelete:
    """A state of the flow's namespace removed."""

    key: str


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A measured number of the task run."""

    name: str
    value: float
    kind: Literal["counter", "timer", "gauge"] = "counter"
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ResumeExecution:
    """A paused execution told to go on."""

    execution_id: str
    namespace: str | None = None
    flow_id: str | None = None
    inputs: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class EndExecution:
    """The execution of the task ended at once in a given state; what runs is killed."""

    state: Literal["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED"]


@dataclass(frozen=True, slots=True)
class ToggleTrigger:
    """A trigger switched on or off."""

    namespace: str
    flow_id: str
    trigger_id: str
    enabled: bool


Effect = (
    LogLine
    | AddLabels
    | SetVariables
    | KvSet
    | KvDelete
    | StateMerge
    | StateDelete
    | MetricValue
    | ResumeExecution
    | EndExecution
    | ToggleTrigger
)
