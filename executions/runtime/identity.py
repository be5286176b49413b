"""Who a worker process is: its row, and the times it lives by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from downbeat.common.models import uuid7


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How long a lease lasts and how often everything looks; the database's clock measures it."""

    lease: timedelta
    heartbeat: timedelta
    sweep: timedelta
    poll: timedelta


@dataclass(frozen=True, slots=True)
class WorkerIdentity:
    """One worker process and the group whose attempts it runs."""

    id: UUID
    group: str
    slots: int


def rhythm() -> Rhythm:
    """The rhythm that the operator set."""
    ours = settings.DOWNBEAT
    return Rhythm(lease=ours.lease, heartbeat=ours.heartbeat, sweep=ours.sweep, poll=ours.poll)


def new_worker(*, group: str, slots: int) -> WorkerIdentity:
    """A worker that has just begun."""
    return WorkerIdentity(id=uuid7(), group=group, slots=slots)
