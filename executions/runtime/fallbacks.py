"""Ends attempts that wait for a worker group of which no worker lives, if they do not want to wait.

Part of the sweep. A group counts as alive while one of its workers has a young heartbeat; an attempt
is given a moment first, because a worker may just be starting.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import connections

from executions.runtime.identity import Rhythm
from executions.runtime.inbox import Message

SYSTEM: Final = "system"
BATCH: Final = 500
REASON: Final = "no_worker"

_GIVE_UP: Final = """
with unserved as (
    select tenant_id, execution_id, task_run_id, number, worker_group, fallback from attempt a
     where state = 'QUEUED' and fallback is not null and not kill_requested
       and created_at < now() - %(patience)s::interval
       and not exists (select 1 from worker w
                        where w.worker_group = a.worker_group and w.stopped_at is null
                          and w.heartbeat_at > now() - %(late)s::interval)
     order by execution_id, task_run_id limit %(limit)s
     for update skip locked
), ended as (
    update attempt a
       set state = case u.fallback when 'FAIL' then 'FAILED' else 'KILLED' end,
           reason = %(reason)s, lease_epoch = a.lease_epoch + 1, ended_at = clock_timestamp(),
           error = 'No worker of the group ' || u.worker_group || ' is alive.',
           histories = a.histories || jsonb_build_array(jsonb_build_object(
               'state', case u.fallback when 'FAIL' then 'FAILED' else 'KILLED' end,
               'date', to_char(clock_timestamp() at time zone 'UTC',
                               'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))
      from unserved u
     where (a.tenant_id, a.execution_id, a.task_run_id, a.number)
         = (u.tenant_id, u.execution_id, u.task_run_id, u.number)
       and a.state = 'QUEUED'
    returning a.tenant_id, a.execution_id, a.task_run_id, a.number, u.fallback, a.error
)
insert into inbox (tenant_id, execution_id, kind, payload)
select tenant_id, execution_id, %(kind)s,
       jsonb_build_object('task_run_id', task_run_id, 'number', number, 'fallback', fallback,
                          'error', error)
  from ended
returning tenant_id, execution_id
"""


def give_up(rhythm: Rhythm) -> list[tuple[UUID, UUID]]:
    """Ends them, and leaves their executions a message; returns whom to ring."""
    facts: dict[str, Any] = {
        "patience": rhythm.sweep,
        "late": rhythm.lease * 2,
        "limit": BATCH,
        "reason": REASON,
        "kind": str(Message.NO_WORKER),
    }
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_GIVE_UP, facts)
        return list(cursor.fetchall())
