"""How worker groups stand: their workers, what these can take, and what waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from downbeat.common import clock
from downbeat.common.scope import tenant_scope
from executions.models import Attempt, Worker, WorkerGroup

READY: Final = "READY"
LOST: Final = "LOST"
_SHOWN: Final = {"RUNNING": READY}
MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the workers of a group can take, of what is alive now."""

    workers: int
    slots: int
    used: int

    @property
    def free(self) -> int:
        """Slots that wait for work."""
        return max(0, self.slots - self.used)


def state_of(worker: Worker, lost_before: datetime) -> str:
    """READY, DRAINING, STOPPED, or LOST: also before the sweep has seen that it is."""
    if worker.stopped_at is None and worker.heartbeat_at < lost_before:
        return LOST
    return _SHOWN.get(worker.state, worker.state)


def worker_json(worker: Worker, lost_before: datetime) -> dict[str, Any]:
    """A worker as people see it."""
    stopped = worker.stopped_at
    return {
        "id": str(worker.id),
        "workerId": str(worker.id),
        "group": worker.worker_group,
        "state": state_of(worker, lost_before),
        "host": worker.host,
        "pid": worker.pid,
        "version": worker.version,
        "labels": worker.labels,
        "remote": worker.remote,
        "tokenId": str(worker.token_id) if worker.token_id else None,
        "slots": worker.slots,
        "running": worker.busy,
        "capacity": {"max": worker.slots, "running": worker.busy},
        "startedAt": clock.wire(worker.started_at),
        "lastSeenAt": clock.wire(worker.heartbeat_at),
        "stoppedAt": clock.wire(stopped) if stopped else None,
    }


def capacity_of(group: WorkerGroup, lost_before: datetime) -> Capacity:
    """What the living workers of a group can take."""
    rows = Worker.objects.filter(
        worker_group=group.queue, stopped_at=None, heartbeat_at__gte=lost_before
    )
    found = list(rows.values_list("slots", "busy", "state"))
    ready = [row for row in found if row[2] == "RUNNING"]
    return Capacity(len(found), sum(row[0] for row in ready), sum(row[1] for row in found))


def running_of(tenant_id: UUID, worker_id: UUID) -> list[Mapping[str, Any]]:
    """What a worker runs of one tenant: nobody is shown what it does for others."""
    with tenant_scope(tenant_id):
        rows = Attempt.objects.filter(worker_id=worker_id, state="RUNNING").order_by("started_at")
        return [
            {
                "executionId": str(row.execution_id),
                "taskRunId": str(row.task_run_id),
                "attempt": row.number,
                "startedAt": clock.wire(row.started_at) if row.started_at else None,
                "leaseUntil": clock.wire(row.lease_until) if row.lease_until else None,
            }
            for row in rows[:MOST]
        ]
