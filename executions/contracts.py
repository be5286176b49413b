"""Values that cross the border of the executions app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from downbeat.sdk.labels import Label

__all__ = [
    "Cause",
    "ExecutionEnded",
    "Label",
    "Origin",
    "StartOptions",
    "Started",
    "check_topic",
]


def check_topic(id: UUID) -> str:
    """What the end of a connection's test is announced under."""
    return f"connection-check:{id}"


@dataclass(frozen=True, slots=True)
class Cause:
    """What started an execution, other than a person: a trigger or a parent's task."""

    id: str
    type: str
    variables: Mapping[str, Any]
    log_file: str | None = None
    """Where in storage the log of the poll is that found the cause."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whom an execution descends from."""

    parent_id: UUID | None = None
    parent_task_run_id: UUID | None = None
    original_id: UUID | None = None
    replay_of: UUID | None = None
    attempt_number: int = 1


@dataclass(frozen=True, slots=True)
class StartOptions:
    """How an execution is to be started, besides its inputs."""

    labels: tuple[Label, ...] = ()
    cause: Cause | None = None
    origin: Origin = field(default_factory=Origin)
    scheduled_at: datetime | None = None
    kind: str | None = None
    breakpoints: tuple[Mapping[str, Any], ...] = ()
    correlation_id: str | None = None
    check_required: bool = True


@dataclass(frozen=True, slots=True)
class Started:
    """An execution that was accepted: its row is committed with the scope that made it."""

    id: UUID
    namespace_id: UUID
    namespace: str
    flow_id: str
    revision: int
    state: str
    created_at: datetime
    inputs: Mapping[str, Any]
    labels: tuple[Label, ...]
    cause: Cause | None
    origin: Origin
    scheduled_at: datetime | None
    kind: str | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class ExecutionEnded:
    """An execution reached a terminal state; emitted in the transaction that says so."""

    tenant_id: UUID
    execution_id: UUID
