"""The shapes of logs, metrics and outputs, as the OpenAPI description shows them."""

from __future__ import annotations

from typing import Final, Literal

from downbeat.common.api.operations import Shape

Level = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]


class LogEntry(Shape):
    """A log line."""

    namespace: str
    flow_id: str
    execution_id: str
    task_id: str | None = None
    task_run_id: str | None = None
    attempt_number: int | None = None
    trigger_id: str | None = None
    timestamp: str
    level: Level
    message: str
    index: int


class LogPage(Shape):
    """A page of log lines."""

    shape_name = "CursorOrOffsetPagedResults_LogEntry_"
    results: tuple[LogEntry, ...]
    total: int
    total_exact: bool
    type: Literal["OFFSET", "CURSOR"]
    next_cursor: str | None = None


class MetricEntry(Shape):
    """A number that a task measured."""

    namespace: str
    flow_id: str
    execution_id: str
    task_run_id: str
    task_id: str
    type: str
    name: str
    value: float
    tags: dict[str, str]
    timestamp: str


class MetricAggregation(Shape):
    """A number over a unit of time."""

    name: str
    value: float
    date: str


class MetricAggregations(Shape):
    """A number over time."""

    group_by: str
    aggregations: tuple[MetricAggregation, ...]


class TaskOutputInformation(Shape):
    """A task run that left outputs; `inline` ones are in the database."""

    shape_name = "OutputController.TaskOutputInformation"
    task_id: str
    task_run_id: str
    value: str | None = None
    iteration: int | None = None
    inline: bool


SHAPES: Final[tuple[type[Shape], ...]] = (
    LogEntry,
    LogPage,
    MetricEntry,
    MetricAggregations,
    TaskOutputInformation,
)
PAGES: Final = ("MetricEntry",)
