"""Reads log lines: by execution, by cursor, across executions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from executions.models import LogLine

LEVELS: Final = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")
MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which lines of an execution are wanted."""

    min_level: str = "TRACE"
    task_run_id: UUID | None = None
    task_id: str | None = None
    attempt: int | None = None
    """Counted from 0, as clients do."""
    after: int | None = None
    before: int | None = None
    from_end: bool = False
    """The last lines are wanted, not the first."""
    size: int = MOST

    @property
    def levels(self) -> tuple[str, ...]:
        """The least wanted level and all above it."""
        return levels_from(self.min_level)


def levels_from(least: str) -> tuple[str, ...]:
    """A level and all above it; an unknown one means all."""
    name = least.upper()
    return LEVELS[LEVELS.index(name) :] if name in LEVELS else LEVELS


def of_execution(id: UUID, query: LogQuery) -> QuerySet[LogLine]:
    """The lines of an execution, in the order in which they were stored."""
    rows = LogLine.objects.filter(execution_id=id)
    if query.min_level.upper() not in ("TRACE", ""):
        rows = rows.filter(level__in=query.levels)
    if query.task_run_id is not None:
        rows = rows.filter(task_run_id=query.task_run_id)
    if query.task_id is not None:
        rows = rows.filter(task_id=query.task_id)
    if query.attempt is not None:
        rows = rows.filter(attempt_number=query.attempt + 1)
    if query.after is not None:
        rows = rows.filter(idx__gt=query.after)
    if query.before is not None:
        rows = rows.filter(idx__lt=query.before)
    return rows.order_by("idx")


def read(id: UUID, query: LogQuery) -> list[LogLine]:
    """At most ``size`` lines, in order: the first that are wanted, or the last ones."""
    rows = of_execution(id, query)
    if not query.from_end:
        return list(rows[: query.size])
    return list(rows.order_by("-idx")[: query.size])[::-1]
