"""Claims queued attempts of a worker group: one conditional update, rows that others hold skipped.

Theory of operation. Tenants that wait are found one by one along an index that begins with the
group and the tenant, so a flood of one costs the others nothing; each offers its first few
attempts, and those with the smallest tags of the worker's fair share are taken. A tenant with a
quota of running task runs is only chosen here: ``bounded_claims`` takes what fits, under a lock.

The system role may only find and claim; all that follows is written under the row's own tenant.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connections

from downbeat.common import faultpoints
from executions.engine.sharing import Share
from executions.runtime import bounded_claims
from executions.runtime.identity import Rhythm, WorkerIdentity
from executions.worker.work import AttemptKey

SYSTEM: Final = "system"
BATCH: Final = 20
RIVALS: Final = 32
"""Attempts looked at beyond those wanted: as many claims at once do not get in each other's way."""

_CLAIM: Final = """
with recursive waiting as (
    (select tenant_id from attempt where worker_group = %(group)s and state = 'QUEUED'
      order by tenant_id limit 1)
    union all
    select (select a.tenant_id from attempt a
             where a.worker_group = %(group)s and a.state = 'QUEUED' and a.tenant_id > w.tenant_id
             order by a.tenant_id limit 1)
      from waiting w where w.tenant_id is not null
), sharers as (
    select t.id, t.weight, coalesce(k.tag, %(virtual)s) as tag,
           exists (select 1 from tenants_quota q
                    where q.tenant_id = t.id and q.kind = 'RUNNING_TASK_RUNS') as bounded
      from waiting w join tenants_tenant t on t.id = w.tenant_id
      left join unnest(%(tenants)s::uuid[], %(tags)s::float8[]) as k(tenant_id, tag)
        on k.tenant_id = t.id
     where t.id <> all(%(excluded)s::uuid[])
), wanted as (
    select s.weight, s.bounded, c.tenant_id, c.execution_id, c.task_run_id, c.number,
           s.tag + (row_number() over (partition by s.id order by c.priority desc, c.execution_id,
                                       c.task_run_id) - 1)::float8 / s.weight as tag
      from sharers s cross join lateral (
        select tenant_id, execution_id, task_run_id, number, priority from attempt
         where worker_group = %(group)s and state = 'QUEUED' and tenant_id = s.id
           and (run_after is null or run_after <= now()) and not kill_requested
         order by priority desc, execution_id, task_run_id
         limit %(reach)s) c
), chosen as (
    select a.tenant_id, a.execution_id, a.task_run_id, a.number, w.tag, w.weight, w.bounded
      from wanted w join attempt a
        on (a.tenant_id, a.execution_id, a.task_run_id, a.number)
         = (w.tenant_id, w.execution_id, w.task_run_id, w.number)
     where a.state = 'QUEUED'
     order by w.tag, w.tenant_id, w.execution_id
     limit %(limit)s
     for update of a skip locked
), begun as (
    update attempt a
       set state = 'RUNNING', lease_epoch = a.lease_epoch + 1, worker_id = %(worker)s,
           lease_until = clock_timestamp() + %(lease)s, started_at = clock_timestamp()
      from chosen c
     where (a.tenant_id, a.execution_id, a.task_run_id, a.number)
         = (c.tenant_id, c.execution_id, c.task_run_id, c.number)
       and a.state = 'QUEUED' and not c.bounded
    returning a.tenant_id, a.execution_id, a.task_run_id, a.number, a.lease_epoch, c.weight, c.tag
)
select 'begun', tenant_id, execution_id, task_run_id, number, lease_epoch, weight, tag from begun
union all
select 'bounded', tenant_id, null, null, null, null, weight, tag from chosen where bounded
union all
select 'waits', tenant_id, null, null, count(*)::int, null, null, null from wanted group by tenant_id
order by 8 nulls last, 3, 4
"""


@dataclass(slots=True)
class _Round:
    """What one statement has found."""

    begun: list[AttemptKey] = field(default_factory=list)
    bounded: Counter[UUID] = field(default_factory=Counter)
    waits: dict[UUID, int] = field(default_factory=dict)
    weights: dict[UUID, int] = field(default_factory=dict)


def claim(
    worker: WorkerIdentity, *, limit: int, rhythm: Rhythm, share: Share[UUID] | None = None
) -> Mapping[UUID, Sequence[AttemptKey]]:
    """Attempts that this worker may start now, by tenant; empty when none waits.

    One statement; two more for each tenant with a quota of running task runs whose turn it is.
    """
    share = share if share is not None else Share()
    wanted, excluded = min(limit, BATCH), list[UUID]()
    found: dict[UUID, list[AttemptKey]] = defaultdict(list)
    while wanted > 0:
        one = _round(worker, wanted, rhythm, share, excluded)
        for key in one.begun:
            found[key.tenant_id].append(key)
            share.served(key.tenant_id, one.weights[key.tenant_id])
        taken = len(one.begun)
        for tenant_id, count in one.bounded.items():
            keys = bounded_claims.claim(tenant_id, worker, limit=count, lease=rhythm.lease)
            found[tenant_id] += keys
            for _ in keys:
                share.served(tenant_id, one.weights[tenant_id])
            taken += len(keys)
            if len(keys) < count:
                excluded.append(tenant_id)
        wanted -= taken
        share.waiting = _still_waiting(one, found, excluded)
        if not one.bounded or not wanted:
            break
    if found := {tenant: keys for tenant, keys in found.items() if keys}:
        faultpoints.passing("claim.after_commit")
    return found


def _still_waiting(
    one: _Round, found: Mapping[UUID, Sequence[AttemptKey]], excluded: Sequence[UUID]
) -> frozenset[UUID]:
    """Tenants with more to do; those whose quota is full wait for no slot."""
    return frozenset(
        tenant
        for tenant, count in one.waits.items()
        if count > len(found.get(tenant, ())) and tenant not in excluded
    )


def _round(
    worker: WorkerIdentity,
    limit: int,
    rhythm: Rhythm,
    share: Share[UUID],
    excluded: Sequence[UUID],
) -> _Round:
    facts: dict[str, Any] = {
        "group": worker.group,
        "limit": limit,
        "reach": limit + RIVALS,
        "worker": worker.id,
        "lease": rhythm.lease,
        "virtual": share.virtual,
        "tenants": list(share.ends),
        "tags": [share.start_of(tenant) for tenant in share.ends],
        "excluded": list(excluded),
    }
    found = _Round()
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_CLAIM, facts)
        for what, tenant_id, *key, weight, _tag in cursor.fetchall():
            if what == "waits":
                found.waits[tenant_id] = key[2]
                continue
            found.weights[tenant_id] = weight
            if what == "begun":
                found.begun.append(AttemptKey(tenant_id, *key))
            else:
                found.bounded[tenant_id] += 1
    return found
