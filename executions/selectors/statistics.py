"""Counts of executions over time, and the grid of one flow's runs and tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, DateTimeField, F, Func, Max, Min, Value
from django.db.models.functions import Coalesce

from downbeat.common.api.filters import Group
from executions.models import Execution, TaskRun
from executions.selectors import executions as selector
from executions.selectors import searching
from tenants.actors import Actor

MOST_BUCKETS: Final = 200
MOST_RUNS: Final = 100


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, cut into equal parts."""

    start: datetime
    end: datetime
    parts: int

    @property
    def width(self) -> timedelta:
        """How long one part is."""
        return (self.end - self.start) / self.parts

    def starts(self) -> list[datetime]:
        """When each part begins."""
        return [self.start + self.width * number for number in range(self.parts)]


@dataclass(frozen=True, slots=True)
class Cell:
    """The runs of one task in one execution."""

    states: Mapping[str, int]
    started: datetime | None
    ended: datetime | None
    task_run_id: UUID
    """The latest of them."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Executions of a flow, the newest first, and the tasks that ran in them, in their order."""

    executions: Sequence[Execution]
    tasks: Sequence[str]
    cells: Mapping[UUID, Mapping[str, Cell]]


def over_time(actor: Actor, group: Group, span: Span) -> list[dict[str, int]]:
    """How many executions began in each part of a span, by their state now. One query."""
    place = Func(
        Value(span.width),
        F("created_at"),
        Value(span.start),
        function="date_bin",
        output_field=DateTimeField(),
    )
    rows = (
        searching.found(actor, group)
        .filter(created_at__gte=span.start, created_at__lt=span.end)
        .order_by()
        .values(part=place, said=F("state"))
        .annotate(count=Count("id"))
    )
    parts: list[dict[str, int]] = [{} for _ in range(span.parts)]
    for row in rows:
        number = min(round((row["part"] - span.start) / span.width), span.parts - 1)
        parts[number][row["said"]] = parts[number].get(row["said"], 0) + row["count"]
    return parts


@dataclass(slots=True)
class _Gathered:
    states: dict[str, int] = field(default_factory=dict)
    started: list[datetime] = field(default_factory=list)
    ended: list[datetime] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)

    def take(self, row: Mapping[str, Any]) -> None:
        self.states[row["state"]] = self.states.get(row["state"], 0) + row["count"]
        self.started.append(row["started"])
        self.ids.append(UUID(row["latest"]))
        if row["ended"] is not None:
            self.ended.append(row["ended"])

    def cell(self, *, live: bool) -> Cell:
        ended = max(self.ended) if self.ended and not live else None
        return Cell(self.states, min(self.started), ended, max(self.ids))


def grid(actor: Actor, namespace: str, flow_id: str, *, size: int) -> Grid:
    """The latest executions of a flow and what became of each task in them. Two queries.

    The cost grows with the task runs of these executions, not with their outputs or logs.
    """
    rows = selector.seen_by(actor).filter(namespace=namespace, flow_id=flow_id)
    executions = list(rows.order_by("-id")[: min(size, MOST_RUNS)])
    gathered: dict[UUID, dict[str, _Gathered]] = defaultdict(lambda: defaultdict(_Gathered))
    places: dict[str, int] = {}
    for row in _by_task([each.id for each in executions]):
        gathered[row["execution_id"]][row["task_id"]].take(row)
        places[row["task_id"]] = min(row["place"], places.get(row["task_id"], row["place"]))
    cells = {
        id: {task: found.cell(live=_lives(found)) for task, found in tasks.items()}
        for id, tasks in gathered.items()
    }
    return Grid(executions, sorted(places, key=lambda task: (places[task], task)), cells)


def _by_task(executions: Sequence[UUID]) -> Any:
    return (
        TaskRun.objects.filter(execution_id__in=executions)
        .order_by()
        .values("execution_id", "task_id", "state")
        .annotate(
            count=Count("id"),
            place=Min("node"),
            started=Min(Coalesce("started_at", "created_at")),
            ended=Max("ended_at"),
            latest=Max(Func(F("id"), template="%(expressions)s::text")),
        )
    )


def _lives(found: _Gathered) -> bool:
    return bool(set(found.states) - ENDED)


ENDED: Final = frozenset(
    {"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED"}
)
