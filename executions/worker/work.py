"""What a worker is given for one attempt, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from downbeat.sdk.context import RunInfo
from downbeat.sdk.effects import Effect


@dataclass(frozen=True, slots=True)
class AttemptKey:
    """Names an attempt and the lease under which this worker may write for it."""

    tenant_id: UUID
    execution_id: UUID
    task_run_id: UUID
    number: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Work:
    """One claimed attempt: everything that is known without asking the platform again.

    ``task`` are the properties as written (plug-in defaults merged); ``context`` is what its
    expressions see, except ``outputs`` beyond those in it, which the channel reads on demand.
    """

    key: AttemptKey
    info: RunInfo
    kind: Literal["task", "poll", "directory"]
    type_name: str
    task: Mapping[str, Any]
    context: Mapping[str, Any]
    timeout: timedelta | None = None
    log_level: str | None = None
    log_to_file: bool = False
    plugin_defaults: tuple[Mapping[str, Any], ...] = ()
    remembered: Mapping[str, Any] = field(default_factory=dict)
    captures: tuple[str, ...] = ()
    """Names of files that expressions of other tasks expect among this task's ``outputFiles``."""
    rendered: bool = False
    """Whether the properties are values already, to be taken as they are."""
    path: tuple[str, ...] = ()
    """The values of the loops around it, its own last: where its outputs are placed."""
    implied: int = 0
    """How many of them, from the outermost, expressions here do not name."""
    masked: tuple[str, ...] = ()
    """Values that must not be readable in anything that leaves (inputs of type SECRET)."""


class Ending(StrEnum):
    """How an attempt ended."""

    SUCCESS = "SUCCESS"
    WARNING = "WARNING"
    FAILED = "FAILED"
    KILLED = "KILLED"


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """A number that the attempt measured."""

    name: str
    value: float
    kind: Literal["counter", "timer", "gauge"]
    tags: Mapping[str, str]
    at: float
    """Seconds since the epoch, by the worker's clock; shown, never decided upon."""


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What an attempt leaves; written once, under its lease, or refused.

    The outputs of a poll are ``fired`` (a list of maps with ``key``, ``variables``, ``inputs``),
    ``state`` and ``more``: a ``Polled`` as data.
    """

    key: AttemptKey
    ending: Ending
    outputs: Mapping[str, Any] = field(default_factory=dict)
    metrics: tuple[MetricPoint, ...] = ()
    assets: tuple[Mapping[str, Any], ...] = ()
    error: str | None = None
    reason: str | None = None
    """A stable code of the failure (timeout, killed, exit, render, launcher.refused …)."""
    log_file: str | None = None
    children: tuple[Mapping[str, Any], ...] = ()
    """Task runs that the attempt ran by itself (directory children, dynamic task runs)."""
    effects: tuple[Effect, ...] = ()
    """What a quick task, run as an attempt, changes in the execution besides its outputs."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One line that an attempt printed, masked already."""

    key: AttemptKey
    task_id: str
    seq: int
    level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]
    at: float
    message: str
