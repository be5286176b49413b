"""Reads what task runs measured, over the executions of a flow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Aggregate, Avg, Max, Min, QuerySet, Sum
from django.db.models.functions import Trunc

from downbeat.common.errors import FieldError, InvalidFields
from executions.models import Metric
from executions.selectors import executions as selector
from tenants.actors import Actor

WAYS: Final[dict[str, type[Aggregate]]] = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}


@dataclass(frozen=True, slots=True)
class Series:
    """A number of a flow, or of one of its tasks."""

    namespace: str
    flow_id: str
    metric: str
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when."""

    start: datetime
    end: datetime


def span_of(start: datetime | None, end: datetime | None, now: datetime) -> Span:
    """What was asked for, else the last thirty days."""
    last = end or now
    return Span(start or last - timedelta(days=30), last)


def names(actor: Actor, namespace: str, flow_id: str, task_id: str | None = None) -> list[str]:
    """The names of a flow's numbers."""
    rows = _rows(actor, namespace, flow_id, task_id)
    return list(rows.order_by("name").values_list("name", flat=True).distinct())


def tasks(actor: Actor, namespace: str, flow_id: str) -> list[str]:
    """The tasks that measured something."""
    rows = _rows(actor, namespace, flow_id, None)
    return list(rows.order_by("task_id").values_list("task_id", flat=True).distinct())


def over_time(
    actor: Actor, series: Series, span: Span, how: str
) -> tuple[str, list[tuple[datetime, float]]]:
    """The unit of time that suits the span, and one value for each unit."""
    if how not in WAYS:
        reason = f"use one of {', '.join(sorted(WAYS))}"
        raise InvalidFields([FieldError(reason, path="aggregation")])
    unit = _unit(span.end - span.start)
    rows = _rows(actor, series.namespace, series.flow_id, series.task_id)
    rows = rows.filter(name=series.metric, at__gte=span.start, at__lte=span.end)
    found = (
        rows.annotate(moment=Trunc("at", unit))
        .values("moment")
        .annotate(result=WAYS[how]("value"))
        .order_by("moment")
    )
    return unit, [(item["moment"], item["result"]) for item in found]


def _rows(actor: Actor, namespace: str, flow_id: str, task_id: str | None) -> QuerySet[Metric]:
    owners = selector.owners_of_records(actor, "metric.view").filter(
        namespace=namespace, flow_id=flow_id
    )
    rows = Metric.objects.filter(execution_id__in=owners.values("id"))
    return rows if task_id is None else rows.filter(task_id=task_id)


def _unit(length: timedelta) -> str:
    if length > timedelta(days=365):
        return "month"
    if length > timedelta(days=180):
        return "week"
    if length > timedelta(days=1):
        return "day"
    return "hour" if length > timedelta(hours=6) else "minute"
