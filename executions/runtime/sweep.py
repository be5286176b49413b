"""Finds what got stuck and moves it on; any number of copies may sweep at once.

Each step is one conditional statement that skips rows which another copy holds, so a second
sweeper costs time and changes nothing. In a healthy instance the lost leases are none and only
timers come due.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connections

from downbeat.common import doorbell, faultpoints
from executions.runtime import (
    fallbacks,
    poll_fallbacks,
    queues,
    regrouping,
    suspensions,
    unattended,
)
from executions.runtime.identity import Rhythm

log = logging.getLogger(__name__)

SYSTEM: Final = "system"
BATCH: Final = 500

_DUE_TIMERS: Final = """
with due as (
    select id from timer where due_at <= now() order by due_at limit %(limit)s
     for update skip locked
), gone as (
    delete from timer t using due where t.id = due.id
    returning t.tenant_id, t.execution_id, t.task_run_id, t.kind, t.due_at
)
insert into inbox (tenant_id, execution_id, kind, payload)
select tenant_id, execution_id, 'timer',
       jsonb_build_object('kind', kind, 'task_run_id', task_run_id, 'due_at', due_at)
  from gone
returning tenant_id, execution_id
"""

_NEXT_TIMER: Final = "select extract(epoch from min(due_at) - now()) from timer"

_LOST: Final = """
with lost as (
    select tenant_id, execution_id, task_run_id, number from attempt
     where state = 'RUNNING' and lease_until < now()
     order by lease_until limit %(limit)s
     for update skip locked
), ended as (
    update attempt a
       set state = 'FAILED', reason = 'worker_lost', lease_epoch = a.lease_epoch + 1,
           error = 'The worker that ran this attempt was lost.', ended_at = clock_timestamp(),
           lease_until = null,
           histories = a.histories || jsonb_build_array(jsonb_build_object(
               'state', 'FAILED', 'date', to_char(clock_timestamp() at time zone 'UTC',
                                                  'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))
      from lost l
     where (a.tenant_id, a.execution_id, a.task_run_id, a.number)
         = (l.tenant_id, l.execution_id, l.task_run_id, l.number)
    returning a.tenant_id, a.execution_id, a.task_run_id, a.number
)
insert into inbox (tenant_id, execution_id, kind, payload)
select tenant_id, execution_id, 'worker_lost',
       jsonb_build_object('task_run_id', task_run_id, 'number', number)
  from ended
returning tenant_id, execution_id
"""

_WAITING_GROUPS: Final = """
select distinct on (worker_group) tenant_id, execution_id, worker_group from attempt
 where state = 'QUEUED' and created_at < now() - %s::interval
   and (run_after is null or run_after <= now())
"""

_DEAD_WORKERS: Final = """
with gone as (
    update worker set state = 'LOST', stopped_at = now(), busy = 0
     where stopped_at is null and heartbeat_at < now() - %s::interval
    returning id
)
delete from worker_assignment a using gone where a.worker_id = gone.id
"""

_OLD_WORKERS: Final = "delete from worker where stopped_at < now() - interval '1 day'"


@dataclass(frozen=True, slots=True)
class Swept:
    """What one round moved on."""

    timers: int
    lost: int


def fire_timers() -> int:
    """Moves due timers into their executions' inboxes and rings; returns how many."""
    rows = _rows(_DUE_TIMERS, {"limit": BATCH})
    _ring(rows)
    return len(rows)


def next_timer_in() -> float | None:
    """Seconds until the next timer is due; None when there is none."""
    ((seconds,),) = _rows(_NEXT_TIMER, None)
    return None if seconds is None else float(seconds)


def sweep(rhythm: Rhythm) -> Swept:
    """One round: timers, lost leases, lost bells, dead workers."""
    timers = fire_timers()
    lost = _rows(_LOST, {"limit": BATCH})
    if lost:
        log.warning("%d attempts lost their worker", len(lost))
    faultpoints.passing("sweep.before_ring")
    _ring(lost)
    regrouping.sweep()
    _ring(fallbacks.give_up(rhythm))
    poll_fallbacks.pass_over(rhythm)
    for tenant_id, executions in unattended.executions(rhythm).items():
        _ring((tenant_id, id) for id in executions)
    for tenant_id, execution_id, group in _rows(_WAITING_GROUPS, [rhythm.sweep]):
        queues.ring("attempt", tenant_id, execution_id, queue=group, using=SYSTEM)
    suspensions.enforce()
    with connections[SYSTEM].cursor() as cursor:
        late: list[Any] = [rhythm.lease * 2]
        cursor.execute(_DEAD_WORKERS, late)
        cursor.execute(_OLD_WORKERS)
    return Swept(timers=timers, lost=len(lost))


def _rows(statement: str, facts: Any) -> list[tuple[Any, ...]]:
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(statement, facts)
        return list(cursor.fetchall())


def _ring(rows: Iterable[tuple[UUID, UUID]]) -> None:
    by_tenant: dict[UUID, set[UUID]] = defaultdict(set)
    for tenant_id, execution_id in rows:
        by_tenant[tenant_id].add(execution_id)
    for tenant_id, executions in by_tenant.items():
        for id in executions:
            doorbell.ring_on_commit("advance", tenant_id, id, using=SYSTEM)
