"""Celery tasks: ids in, one call, nothing out; safe to run twice."""

from __future__ import annotations

from celery import shared_task

from executions.runtime import bells


@shared_task(name="executions.tasks.ring", ignore_result=True)  # type: ignore[untyped-decorator]
def ring(payload: str) -> None:
    """A doorbell that came by the broker."""
    bells.heard(payload)
