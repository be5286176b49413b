"""Claims attempts of a tenant with quotas of running task runs: never one more than fits.

What runs is counted from the attempts themselves, under a lock of the tenant that is held until
the commit, so claimers of all workers count one after the other. A worker that dies frees what it
held when its leases are over, for the rows say so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connections, transaction

from downbeat.common.scope import tenant_scope
from executions.runtime.identity import WorkerIdentity
from executions.worker.work import AttemptKey
from tenants import facade as tenants
from tenants.ceilings import Budget, Ceiling, QuotaKind

SYSTEM: Final = "system"
_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
RUNNING: Final = """
select e.namespace, e.flow_id, count(*)
  from attempt a join execution e on e.tenant_id = a.tenant_id and e.id = a.execution_id
 where a.tenant_id = %s and a.state = 'RUNNING'
 group by e.namespace, e.flow_id
"""
# What lies below a full ceiling is passed over, so that nobody waits behind it.
_WAITING: Final = """
select a.execution_id, a.task_run_id, a.number, e.namespace, e.flow_id
  from attempt a join execution e on e.tenant_id = a.tenant_id and e.id = a.execution_id
 where a.worker_group = %(group)s and a.state = 'QUEUED' and a.tenant_id = %(tenant)s
   and (a.run_after is null or a.run_after <= now()) and not a.kill_requested
   and not exists (
        select 1 from unnest(%(namespaces)s::text[], %(flows)s::text[]) as f(namespace, flow_id)
         where case when f.flow_id <> '' then (e.namespace, e.flow_id) = (f.namespace, f.flow_id)
                    else e.namespace = f.namespace or starts_with(e.namespace, f.namespace || '.')
               end)
 order by a.priority desc, a.execution_id, a.task_run_id
 limit %(reach)s
 for update of a skip locked
"""
_BEGIN: Final = """
update attempt a
   set state = 'RUNNING', lease_epoch = a.lease_epoch + 1, worker_id = %(worker)s,
       lease_until = clock_timestamp() + %(lease)s, started_at = clock_timestamp()
  from unnest(%(executions)s::uuid[], %(runs)s::uuid[], %(numbers)s::int[])
       as c(execution_id, task_run_id, number)
 where a.tenant_id = %(tenant)s and a.execution_id = any(%(executions)s)
   and (a.execution_id, a.task_run_id, a.number) = (c.execution_id, c.task_run_id, c.number)
   and a.state = 'QUEUED'
returning a.tenant_id, a.execution_id, a.task_run_id, a.number, a.lease_epoch
"""
LOOK_FURTHER: Final = 64
"""Candidates beyond those wanted: what is taken may fill a ceiling below which others wait."""


def claim(
    tenant_id: UUID, worker: WorkerIdentity, *, limit: int, lease: timedelta
) -> list[AttemptKey]:
    """At most ``limit`` attempts of the tenant for which there is room; one transaction."""
    with tenant_scope(tenant_id):
        ceilings = tenants.limits_now().any_of(QuotaKind.RUNNING_TASK_RUNS)
    with transaction.atomic(using=SYSTEM), connections[SYSTEM].cursor() as cursor:
        cursor.execute(_LOCK, [lock_of(tenant_id)])
        cursor.execute(RUNNING, [tenant_id])
        budget = Budget(ceilings, cursor.fetchall())
        full = [one for one in ceilings if not budget.free(one)]
        if any(not one.namespace for one in full):
            return []
        cursor.execute(_WAITING, _facts(tenant_id, worker, full, limit))
        chosen = _fitting(cursor.fetchall(), budget, limit)
        if not chosen:
            return []
        executions, runs, numbers = zip(*chosen, strict=True)
        begin: dict[str, Any] = {
            "tenant": tenant_id,
            "worker": worker.id,
            "lease": lease,
            "executions": list(executions),
            "runs": list(runs),
            "numbers": list(numbers),
        }
        cursor.execute(_BEGIN, begin)
        return [AttemptKey(*row) for row in cursor.fetchall()]


def lock_of(tenant_id: UUID) -> str:
    """What claimers of a tenant with quotas lock."""
    return f"task-runs:{tenant_id}"


def _facts(
    tenant_id: UUID, worker: WorkerIdentity, full: Iterable[Ceiling], limit: int
) -> dict[str, Any]:
    closed = list(full)
    return {
        "tenant": tenant_id,
        "group": worker.group,
        "namespaces": [one.namespace for one in closed],
        "flows": [one.flow_id for one in closed],
        "reach": limit + LOOK_FURTHER,
    }


def _fitting(
    waiting: Iterable[tuple[Any, ...]], budget: Budget, limit: int
) -> list[tuple[UUID, UUID, int]]:
    chosen: list[tuple[UUID, UUID, int]] = []
    for execution, run, number, namespace, flow_id in waiting:
        if len(chosen) < limit and budget.blocker(namespace, flow_id) is None:
            budget.take(namespace, flow_id)
            chosen.append((execution, run, number))
    return chosen
