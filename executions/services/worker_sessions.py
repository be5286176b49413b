"""The sessions of remote workers: begun with a token, kept alive by heartbeats, ended by leaving."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from downbeat.common import notify
from downbeat.common.models import uuid7
from executions.models import Worker, WorkerToken
from executions.runtime import assignment, queues, remote_leases, remote_results
from executions.runtime.composition import several_tenants
from executions.services.worker_access import WorkerKey
from executions.services.worker_errors import OtherProtocol, SessionOver, TokenOver
from executions.worker import wire
from executions.worker.work import AttemptKey, Work

MOST_LABELS: Final = 50
_BEAT: Final = """
update worker set heartbeat_at = now(), busy = %(busy)s,
       state = case when %(draining)s and state = 'RUNNING' then 'DRAINING' else state end,
       listening_until = case when %(listening)s::interval is null then listening_until
                              else now() + %(listening)s::interval end
 where id = %(id)s and token_id = %(token)s and worker_group = %(queue)s
   and remote and stopped_at is null
returning state
"""


@dataclass(frozen=True, slots=True)
class NewWorker:
    """What a worker says of itself."""

    host: str
    pid: int
    version: str
    slots: int
    labels: Mapping[str, str]
    protocol: int


@dataclass(frozen=True, slots=True)
class Look:
    """What a worker asks when it looks for orders."""

    holding: frozenset[AttemptKey]
    draining: bool
    listens_for: timedelta
    first: bool = True
    """Whether this is where the wait begins: schedulers are rung once for each wait."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker has to do: begin these, stop those, and forget what is not its own any more."""

    state: str
    works: Sequence[Work] = ()
    kill: Collection[AttemptKey] = ()
    lost: Collection[AttemptKey] = ()

    def __bool__(self) -> bool:
        return bool(self.works or self.kill or self.lost)


def begin(key: WorkerKey, new: NewWorker) -> UUID:
    """A session of a worker that has just begun."""
    if new.protocol != wire.PROTOCOL:
        raise OtherProtocol(ours=wire.PROTOCOL, theirs=new.protocol)
    # The token may have been revoked since it was looked at: no worker begins with one that is over.
    if not WorkerToken.objects.filter(id=key.token_id, revoked_at=None).exists():
        raise TokenOver
    id = uuid7()
    Worker.objects.create(
        id=id,
        worker_group=key.queue,
        host=new.host,
        pid=new.pid,
        version=new.version,
        slots=new.slots,
        labels=dict(new.labels),
        remote=True,
        token_id=key.token_id,
        started_at=Now(),
        heartbeat_at=Now(),
    )
    return id


def look(key: WorkerKey, worker_id: UUID, asked: Look) -> Orders:
    """What there is to do now; tells the schedulers that the worker listens."""
    state = _beat(key, worker_id, busy=len(asked.holding), asked=asked)
    standing = remote_leases.standing(worker_id)
    works = remote_leases.works(worker_id, standing.held - asked.holding)
    found = Orders(
        state=state,
        works=works,
        kill=standing.kill & asked.holding,
        lost=asked.holding - standing.held,
    )
    if asked.first and not found and state == "RUNNING":
        notify.on_commit(queues.CHANNEL, key.queue)
    return found


def beat(key: WorkerKey, worker_id: UUID, holding: Collection[AttemptKey]) -> Orders:
    """Keeps the session and the leases of what the worker holds alive."""
    state = _beat(key, worker_id, busy=len(holding))
    standing = remote_leases.standing(worker_id, lease=settings.DOWNBEAT.lease, only=holding)
    held = frozenset(holding)
    return Orders(state, kill=standing.kill & held, lost=held - standing.held)


def require(key: WorkerKey, worker_id: UUID) -> None:
    """Raises ``SessionOver`` unless the session is this token's and goes on."""
    rows = Worker.objects.filter(
        id=worker_id, token_id=key.token_id, worker_group=key.queue, remote=True, stopped_at=None
    )
    if not rows.exists():
        raise SessionOver


def leave(key: WorkerKey, worker_id: UUID, releases: Sequence[AttemptKey]) -> None:
    """Ends a session: what the worker could not finish goes back to the queue."""
    require(key, worker_id)
    remote_results.depart(worker_id, releases)
    remote_results.drop_all(worker_id)
    Worker.objects.filter(id=worker_id).update(state="STOPPED", busy=0, stopped_at=Now())


def dismiss(worker_id: UUID) -> None:
    """Ends a session from our side: whatever the worker asks next, it hears that it is over.

    It is told at once, and stops its processes then; its leases end when it must have heard, not
    when they would have ended by themselves. A worker that cannot be reached fences itself later, as
    one that is cut off does: what it writes is refused from here on.
    """
    gone = Worker.objects.filter(id=worker_id, stopped_at=None)
    gone.update(state="STOPPED", busy=0, stopped_at=Now())
    remote_leases.shorten(worker_id, settings.DOWNBEAT.token_cache)
    assignment.tell(worker_id)


def facts_for(key: WorkerKey) -> dict[str, Any]:
    """What a worker has to know of the instance."""
    ours = settings.DOWNBEAT
    return {
        "group": key.queue,
        "lease": ours.lease.total_seconds(),
        "heartbeat": ours.heartbeat.total_seconds(),
        "severalTenants": key.tenant_id is None and several_tenants(),
    }


def _beat(key: WorkerKey, worker_id: UUID, *, busy: int, asked: Look | None = None) -> str:
    facts: dict[str, Any] = {
        "id": worker_id,
        "token": key.token_id,
        "queue": key.queue,
        "busy": busy,
        "draining": bool(asked and asked.draining),
        "listening": asked.listens_for if asked else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, facts)
        row = cursor.fetchone()
    if row is None:
        raise SessionOver
    return str(row[0])
