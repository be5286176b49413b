"""How long executions take."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F

from downbeat.common import clock
from executions.selectors import executions as selector
from tenants.actors import Actor

RECENT: Final = timedelta(days=30)


def average_of(actor: Actor, namespace: str, flow_id: str) -> tuple[int | None, int]:
    """The average in milliseconds of a flow's recent successes, and how many they are."""
    length = ExpressionWrapper(F("ended_at") - F("created_at"), output_field=DurationField())
    rows = selector.seen_by(actor).filter(
        namespace=namespace,
        flow_id=flow_id,
        state="SUCCESS",
        created_at__gte=clock.now() - RECENT,
    )
    found = rows.aggregate(average=Avg(length), count=Count("id"))
    average: timedelta | None = found["average"]
    return (None if average is None else round(average.total_seconds() * 1000)), found["count"]
