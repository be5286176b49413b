"""How executions have been doing: counts over time, and a flow's grid of runs and tasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api.operations import FILTERS, Operation, Query, Shape
from downbeat.common.errors import FieldError, InvalidFields
from downbeat.common.scope import tenant_scope
from executions.api import requests
from executions.models import Execution
from executions.selectors import execution_filters, statistics
from executions.selectors.states import instant
from executions.selectors.statistics import Cell, Grid, Span
from tenants.http import TenantViewSet

Json = dict[str, Any]
VIEW: Final = "execution.view"
DAY: Final = timedelta(days=1)
FIRST: Final = datetime.min.replace(tzinfo=UTC)
LONGEST: Final = timedelta(days=3660)


class StatisticsViewSet(TenantViewSet):
    """Routes that count executions."""

    actions: ClassVar[dict[str, str]] = {"over_time": VIEW, "grid": VIEW}

    def over_time(self, request: Request, **_address: str) -> Response:
        """How many executions began in each part of a span of time, by their state now."""
        chosen = requests.filters_of(request, execution_filters.FIELDS)
        span = _span(request)
        with tenant_scope(self.tenant.id):
            parts = statistics.over_time(self.actor, chosen, span)
        totals: dict[str, int] = {}
        for part in parts:
            for state, count in part.items():
                totals[state] = totals.get(state, 0) + count
        buckets = [
            {"start": clock.wire(start), "states": part}
            for start, part in zip(span.starts(), parts, strict=True)
        ]
        facts = {"from": clock.wire(span.start), "to": clock.wire(span.end)}
        seconds = span.width.total_seconds()
        return Response({**facts, "bucketSeconds": seconds, "totals": totals, "buckets": buckets})

    def grid(self, request: Request, namespace: str, flow_id: str, **_address: str) -> Response:
        """The latest executions of a flow, and what became of each task in them."""
        size = requests.number_of(request, "size") or 25
        with tenant_scope(self.tenant.id):
            found = statistics.grid(self.actor, namespace, flow_id, size=max(1, size))
        return Response(_grid(found))


def _span(request: Request) -> Span:
    end = _moment(request, "to") or clock.now()
    start = _moment(request, "from") or max(end, FIRST + DAY) - DAY
    if not timedelta() < end - start <= LONGEST:
        raise InvalidFields([FieldError("must be before `to`, by ten years at most", path="from")])
    asked = requests.number_of(request, "buckets")
    parts = 24 if asked is None else asked
    if not 1 <= parts <= statistics.MOST_BUCKETS:
        reason = f"must be a number from 1 to {statistics.MOST_BUCKETS}"
        raise InvalidFields([FieldError(reason, path="buckets")])
    return Span(start, end, parts)


def _moment(request: Request, name: str) -> datetime | None:
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return instant(text)
    except ValueError:
        raise InvalidFields([FieldError("is not an ISO-8601 date", path=name)]) from None


def _grid(found: Grid) -> Json:
    rows = [_row(row, found) for row in found.executions]
    return {"tasks": list(found.tasks), "executions": rows}


def _row(row: Execution, found: Grid) -> Json:
    cells = found.cells.get(row.id, {})
    return {
        "id": str(row.id),
        "state": row.state,
        "flowRevision": row.revision,
        "triggerId": row.trigger_id,
        "startDate": clock.wire(row.created_at),
        "endDate": clock.wire(row.ended_at) if row.ended_at else None,
        "tasks": {task: _cell(cell) for task, cell in cells.items()},
    }


def _cell(cell: Cell) -> Json:
    return {
        "taskRunId": str(cell.task_run_id),
        "states": dict(cell.states),
        "startDate": clock.wire(cell.started) if cell.started else None,
        "endDate": clock.wire(cell.ended) if cell.ended else None,
    }


class StatisticsBucket(Shape):
    """The executions that began in one part of the span, by state."""

    start: str
    states: dict[str, int]


class ExecutionStatistics(Shape):
    """Counts of executions over time."""

    since: str = Field(alias="from")
    to: str
    bucket_seconds: float
    totals: dict[str, int]
    buckets: tuple[StatisticsBucket, ...]


class GridCell(Shape):
    """The runs of a task in an execution; `taskRunId` is the latest."""

    task_run_id: str
    states: dict[str, int]
    start_date: str | None
    end_date: str | None


class GridExecution(Shape):
    """A column of the grid: one execution and its tasks."""

    id: str
    state: str
    flow_revision: int
    trigger_id: str | None
    start_date: str
    end_date: str | None
    tasks: dict[str, GridCell]


class FlowGrid(Shape):
    """Executions, the newest first, and tasks in their order."""

    tasks: tuple[str, ...]
    executions: tuple[GridExecution, ...]


SHAPES: Final[tuple[type[Shape], ...]] = (
    StatisticsBucket,
    ExecutionStatistics,
    GridCell,
    GridExecution,
    FlowGrid,
)
OPERATIONS: Final = {
    "GET /executions/statistics": Operation(
        "executionStatistics",
        "ExecutionStatistics",
        query=(
            Query("from", text="A day before `to` unless told."),
            Query("to", text="Now unless told."),
            Query("buckets", "integer", "Parts of the span, 1 to 200; 24 unless told."),
            *FILTERS,
        ),
    ),
    "GET /executions/flows/{}/{}/grid": Operation(
        "flowGrid", "FlowGrid", query=(Query("size", "integer", "1 to 100; 25 unless told."),)
    ),
}
