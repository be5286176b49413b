"""Gives work to remote workers: claims for them, as a worker beside the database claims for itself.

A remote worker has no connection that could claim, and neither has the web process that it talks
to. So a scheduler claims in its name, in one transaction with the rows that say so; the web process
finds these rows and hands the work over. How much a worker can take is derived: its slots less what
it was given. Its row is locked meanwhile, so that two schedulers never fill the same slot, and the
worker is left out by whoever comes second. Schedulers fill one after the other: each holds the locks
of all bounded tenants that it serves until its commit, and two would wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connections, transaction

from downbeat.common import notify
from downbeat.common.events import STREAM_CHANNEL, StreamEvent
from executions.engine.sharing import Share
from executions.runtime import checks, claims, polls
from executions.runtime.identity import Rhythm, WorkerIdentity
from executions.worker.work import AttemptKey
from tenants import facade as tenants

SYSTEM: Final = "system"
ORDERS: Final = "worker.orders"

_LISTENING: Final = """
select id, worker_group, slots from worker
 where remote and state = 'RUNNING' and stopped_at is null and listening_until > now()
   and (%(queue)s::text is null or worker_group = %(queue)s)
 order by random()
"""
_ONE_AT_A_TIME: Final = "select pg_advisory_xact_lock(hashtextextended('downbeat.assignment', 0))"
_LOCK: Final = """
select slots - (select count(*) from worker_assignment a where a.worker_id = w.id)
  from worker w
 where w.id = %s and w.state = 'RUNNING' and w.stopped_at is null and w.listening_until > now()
   for update skip locked
"""
_ASSIGN: Final = """
insert into worker_assignment (worker_id, tenant_id, execution_id, task_run_id, number, epoch,
                               assigned_at)
select %(worker)s, t, e, r, n, l, now()
  from unnest(%(tenants)s::uuid[], %(executions)s::uuid[], %(runs)s::uuid[], %(numbers)s::int[],
              %(epochs)s::bigint[]) as given(t, e, r, n, l)
"""


def topic_of(worker_id: UUID) -> str:
    """Where a worker's connection hears that there is something for it."""
    return f"worker:{worker_id}"


def tell(worker_id: UUID, *, using: str = "default") -> None:
    """Wakes the connection of a worker after the commit."""
    event = StreamEvent(tenants.INSTANCE, topic_of(worker_id), ORDERS, {})
    notify.on_commit(STREAM_CHANNEL, event.encode(), using=using)


def assign(
    rhythm: Rhythm, *, queue: str | None = None, shares: dict[str, Share[UUID]] | None = None
) -> float | None:
    """One round over the workers that listen, of one queue or of all.

    ``shares`` remember, by queue, whose turn it is while workers are scarce. Returns in how many
    seconds a poll of theirs is due; None when there is none, or nobody.
    """
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_LISTENING, {"queue": queue})
        listening = cursor.fetchall()
    due: list[float] = []
    for id, group, slots in listening:
        share = None if shares is None else shares.setdefault(group, Share())
        next_in = _fill(WorkerIdentity(id=id, group=group, slots=slots), rhythm, share)
        if next_in is not None:
            due.append(next_in)
    return min(due, default=None)


def _fill(worker: WorkerIdentity, rhythm: Rhythm, share: Share[UUID] | None) -> float | None:
    """Gives one worker as much as it has room for."""
    with transaction.atomic(using=SYSTEM):
        with connections[SYSTEM].cursor() as cursor:
            cursor.execute(_ONE_AT_A_TIME)
            cursor.execute(_LOCK, [worker.id])
            row = cursor.fetchone()
        free = row[0] if row else 0
        keys: list[AttemptKey] = []
        if free > 0:
            claimed = claims.claim(worker, limit=free, rhythm=rhythm, share=share)
            keys += [key for of_tenant in claimed.values() for key in of_tenant]
        keys += checks.take(worker, limit=free - len(keys))
        due = polls.take(worker, limit=max(0, free - len(keys)), rhythm=rhythm)
        keys += due.keys
        if keys:
            _give(worker.id, keys)
    return due.next_in if free > len(keys) else None


def _give(worker_id: UUID, keys: Sequence[AttemptKey]) -> None:
    facts: dict[str, Any] = {
        "worker": worker_id,
        "tenants": [key.tenant_id for key in keys],
        "executions": [key.execution_id for key in keys],
        "runs": [key.task_run_id for key in keys],
        "numbers": [key.number for key in keys],
        "epochs": [key.epoch for key in keys],
    }
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_ASSIGN, facts)
    tell(worker_id, using=SYSTEM)
