"""What waits for the worker groups: how much, and since when.

A server of the API sees one tenant at a time and no other way, so the sum over all of them is made
tenant by tenant: one query for each, kept for a few seconds for all who watch.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Greatest, Now

from downbeat.common.scope import tenant_scope
from executions.models import Attempt
from tenants import facade as tenants

MOST_COUNTED: Final = 10_000
SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a group; ``exact`` is false where there is more than is counted."""

    waiting: int = 0
    exact: bool = True
    oldest: datetime | None = None

    def __add__(self, other: Queue) -> Queue:
        """Both together."""
        dates = [one for one in (self.oldest, other.oldest) if one is not None]
        exact = self.exact and other.exact
        return Queue(self.waiting + other.waiting, exact, min(dates, default=None))


NOTHING: Final = Queue()


def queues_of(tenant_id: UUID) -> Mapping[str, Queue]:
    """What of a tenant could start now and has no worker yet, by queue.

    Looks at 10,000 attempts at the most, so that a flood costs those who watch it nothing.
    """
    with tenant_scope(tenant_id):
        due = Q(run_after=None) | Q(run_after__lte=Now())
        waiting = Attempt.objects.filter(due, state="QUEUED", kill_requested=False)
        # Not before it may start: a retry that waits its turn waits for no worker.
        since = Greatest("created_at", "run_after")
        rows = list(waiting.order_by().values_list("worker_group", since)[: MOST_COUNTED + 1])
    found: dict[str, Queue] = {}
    exact = len(rows) <= MOST_COUNTED
    for queue, oldest in rows:
        found[queue] = found.get(queue, NOTHING) + Queue(1, exact, oldest)
    return found


@dataclass(slots=True)
class _Everywhere:
    until: float = 0.0
    found: dict[str, Queue] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_everywhere = _Everywhere()


def queues_everywhere() -> Mapping[str, Queue]:
    """The same of all tenants together, at most ten seconds old."""
    with _everywhere.lock:
        if time.monotonic() >= _everywhere.until:
            total: dict[str, Queue] = {}
            for tenant in tenants.tenants():
                for queue, one in queues_of(tenant.id).items():
                    total[queue] = total.get(queue, NOTHING) + one
            _everywhere.found, _everywhere.until = total, time.monotonic() + SECONDS
        return _everywhere.found


def forget() -> None:
    """Counts anew at the next question."""
    _everywhere.until = 0.0
