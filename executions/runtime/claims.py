"""Claims queued attempts of a worker group: one conditional update, rows that others hold skipped.

The system role may only find and claim; all that follows is written under the row's own tenant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connections

from downbeat.common import faultpoints
from executions.runtime.identity import Rhythm, WorkerIdentity
from executions.worker.work import AttemptKey

SYSTEM: Final = "system"
BATCH: Final = 20

_CLAIM: Final = """
with waiting as (
    select tenant_id, execution_id, task_run_id, number
      from attempt
     where worker_group = %(group)s and state = 'QUEUED'
       and (run_after is null or run_after <= now()) and not kill_requested
     order by priority desc, execution_id, task_run_id
     limit %(limit)s
     for update skip locked
)
update attempt a
   set state = 'RUNNING', lease_epoch = a.lease_epoch + 1, worker_id = %(worker)s,
       lease_until = clock_timestamp() + %(lease)s, started_at = clock_timestamp()
  from waiting w
 where (a.tenant_id, a.execution_id, a.task_run_id, a.number)
     = (w.tenant_id, w.execution_id, w.task_run_id, w.number)
   and a.state = 'QUEUED'
returning a.tenant_id, a.execution_id, a.task_run_id, a.number, a.lease_epoch
"""


def claim(
    worker: WorkerIdentity, *, limit: int, rhythm: Rhythm
) -> Mapping[UUID, Sequence[AttemptKey]]:
    """Attempts that this worker may start now, by tenant; empty when none waits."""
    if limit <= 0:
        return {}
    facts: dict[str, Any] = {
        "group": worker.group,
        "limit": min(limit, BATCH),
        "worker": worker.id,
        "lease": rhythm.lease,
    }
    found: dict[UUID, list[AttemptKey]] = defaultdict(list)
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_CLAIM, facts)
        for row in cursor.fetchall():
            found[row[0]].append(AttemptKey(*row))
    if found:
        faultpoints.passing("claim.after_commit")
    return found
