"""Which running attempts of a worker are asked to stop."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connections

from executions.worker.work import AttemptKey

_REQUESTED: Final = """
select tenant_id, execution_id, task_run_id, number, lease_epoch
  from attempt
 where worker_id = %s and state = 'RUNNING' and kill_requested
"""


def requested(worker_id: UUID) -> list[AttemptKey]:
    """The attempts that this worker has to stop now."""
    with connections["system"].cursor() as cursor:
        cursor.execute(_REQUESTED, [worker_id])
        return [AttemptKey(*row) for row in cursor.fetchall()]
