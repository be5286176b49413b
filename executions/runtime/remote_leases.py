"""What a remote worker holds: asked of the database for every single thing that it wants.

A worker may touch exactly the attempts, polls and tests that were given to it and are still under
that lease. All statements here run as the unprivileged role, in the tenant of the row.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import Error, connection

from downbeat.common.errors import Conflict, NotFound
from downbeat.common.scope import tenant_scope
from executions.models import WorkerAssignment
from executions.runtime import checks, polls
from executions.runtime.leases import columns
from executions.runtime.work_of import works_of
from executions.runtime.work_places import Place
from executions.worker.work import AttemptKey, Work

log = logging.getLogger(__name__)

_ATTEMPT: Final = """
select a.lease_epoch = %(epoch)s and a.state = 'RUNNING' and a.worker_id = %(worker)s,
       e.namespace, e.flow_id, t.task_id
  from attempt a
  join task_run t on t.tenant_id = a.tenant_id and t.execution_id = a.execution_id
                 and t.id = a.task_run_id
  join execution e on e.tenant_id = a.tenant_id and e.id = a.execution_id
 where a.tenant_id = %(tenant)s and a.execution_id = %(execution)s
   and a.task_run_id = %(run)s and a.number = %(number)s
"""
_POLL: Final = """
select lease_epoch = %(epoch)s and worker_id = %(worker)s and lease_until is not null,
       namespace, flow_id, trigger_id
  from trigger_state where tenant_id = %(tenant)s and id = %(run)s
"""
_CHECK: Final = """
select lease_epoch = %(epoch)s and worker_id = %(worker)s and ended_at is null,
       namespace, '', name
  from connection_check where tenant_id = %(tenant)s and id = %(run)s
"""
_UNNESTED: Final = """
unnest(%(tenants)s::uuid[], %(executions)s::uuid[], %(runs)s::uuid[], %(numbers)s::int[],
       %(epochs)s::bigint[]) as held(tenant_id, execution_id, task_run_id, number, lease_epoch)
"""
_SAME: Final = """
 where (a.tenant_id, a.execution_id, a.task_run_id, a.number)
     = (held.tenant_id, held.execution_id, held.task_run_id, held.number)
   and a.lease_epoch = held.lease_epoch and a.state = 'RUNNING' and a.worker_id = %(worker)s
"""
_KEYS: Final = "a.tenant_id, a.execution_id, a.task_run_id, a.number, a.lease_epoch"
_RENEW: Final = f"""
update attempt a set lease_until = clock_timestamp() + %(lease)s from {_UNNESTED} {_SAME}
returning {_KEYS}, a.kill_requested
"""
_LOOK: Final = f"select {_KEYS}, a.kill_requested from attempt a, {_UNNESTED} {_SAME}"
_RENEW_POLLS: Final = """
update trigger_state t set lease_until = clock_timestamp() + %(lease)s
  from unnest(%(runs)s::uuid[], %(epochs)s::bigint[]) as held(id, lease_epoch)
 where t.id = held.id and t.lease_epoch = held.lease_epoch and t.worker_id = %(worker)s
   and t.lease_until is not null
returning t.id, t.lease_epoch
"""
_LOOK_AT_POLLS: Final = """
select t.id, t.lease_epoch from trigger_state t,
       unnest(%(runs)s::uuid[], %(epochs)s::bigint[]) as held(id, lease_epoch)
 where t.id = held.id and t.lease_epoch = held.lease_epoch and t.worker_id = %(worker)s
   and t.lease_until is not null
"""
_LOOK_AT_CHECKS: Final = """
select c.id, c.lease_epoch from connection_check c,
       unnest(%(runs)s::uuid[], %(epochs)s::bigint[]) as held(id, lease_epoch)
 where c.id = held.id and c.lease_epoch = held.lease_epoch and c.worker_id = %(worker)s
   and c.ended_at is null
"""
_RELEASE: Final = f"""
update attempt a
   set state = 'QUEUED', lease_epoch = a.lease_epoch + 1, lease_until = null, worker_id = null
  from {_UNNESTED} {_SAME} returning {_KEYS}, a.worker_group
"""

_SHORTEN: Final = f"""
update attempt a set lease_until = least(a.lease_until, clock_timestamp() + %(rest)s)
  from {_UNNESTED} {_SAME} returning {_KEYS}
"""
_SHORTEN_POLLS: Final = """
update trigger_state t set lease_until = least(t.lease_until, clock_timestamp() + %(rest)s)
  from unnest(%(runs)s::uuid[], %(epochs)s::bigint[]) as held(id, lease_epoch)
 where t.id = held.id and t.lease_epoch = held.lease_epoch and t.worker_id = %(worker)s
   and t.lease_until is not null
returning t.id
"""


class NotHeld(NotFound):
    """This worker was not given such an attempt, or it was given to another one since."""

    code = "worker.not_held"

    def __init__(self) -> None:
        super().__init__("attempt")


class LeaseOver(Conflict):
    """The lease of this attempt is over: nothing more may be asked or written for it."""

    code = "worker.lease_over"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a worker holds now, and of that what it should stop."""

    held: frozenset[AttemptKey]
    kill: frozenset[AttemptKey]


def place_of(worker_id: UUID, key: AttemptKey) -> Place:
    """Where an attempt of this worker belongs; raises ``NotHeld`` or ``LeaseOver``."""
    if not _rows(worker_id).filter(**_fields(key)).exists():
        raise _refusal(worker_id, key)
    statement = _CHECK if checks.is_check(key) else _POLL if polls.is_poll(key) else _ATTEMPT
    facts: dict[str, Any] = {
        "worker": worker_id,
        "tenant": key.tenant_id,
        "execution": key.execution_id,
        "run": key.task_run_id,
        "number": key.number,
        "epoch": key.epoch,
    }
    with tenant_scope(key.tenant_id), connection.cursor() as cursor:
        cursor.execute(statement, facts)
        row = cursor.fetchone()
    if row is None or not row[0]:
        raise LeaseOver
    return Place(namespace=row[1], flow_id=row[2], task_id=row[3], poll=polls.is_poll(key))


def standing(
    worker_id: UUID, *, lease: timedelta | None = None, only: Collection[AttemptKey] | None = None
) -> Standing:
    """What was given to a worker and is still under that lease; what is not is forgotten.

    With ``lease`` the leases (of ``only`` these) begin anew, by the database's clock. One statement
    for each tenant that has work here.
    """
    given = given_to(worker_id)
    by_tenant: dict[UUID, list[AttemptKey]] = defaultdict(list)
    for key in given:
        by_tenant[key.tenant_id].append(key)
    held: set[AttemptKey] = set()
    kill: set[AttemptKey] = set()
    for tenant_id, keys in by_tenant.items():
        renewed = [key for key in keys if lease is not None and (only is None or key in only)]
        looked = [key for key in keys if key not in renewed]
        with tenant_scope(tenant_id):
            for part, length in ((renewed, lease), (looked, None)):
                found = _look(worker_id, part, length)
                held |= found.keys()
                kill |= {key for key in found if found[key]}
    forget(worker_id, given - held)
    return Standing(frozenset(held), frozenset(kill))


def works(worker_id: UUID, keys: Iterable[AttemptKey]) -> list[Work]:
    """All that the attempts, polls and tests need to run."""
    by_tenant: dict[UUID, list[AttemptKey]] = defaultdict(list)
    for key in keys:
        by_tenant[key.tenant_id].append(key)
    return [work for tenant_id in by_tenant for work in _works(tenant_id, by_tenant[tenant_id])]


def _works(tenant_id: UUID, wanted: Sequence[AttemptKey]) -> list[Work]:
    """The work of one tenant; what cannot be made ready holds up nothing else."""
    tasks, others, tests = _sorted(wanted)
    try:
        return [
            *(works_of(tenant_id, tasks) if tasks else ()),
            *(polls.works_of(tenant_id, others) if others else ()),
            *(checks.works_of(tenant_id, tests) if tests else ()),
        ]
    except Error:
        raise
    except Exception:
        if len(wanted) > 1:
            return [work for key in wanted for work in _works(tenant_id, [key])]
        log.exception("attempt %s cannot be made ready for its worker", wanted[0])
        return []


def _sorted(
    keys: Iterable[AttemptKey],
) -> tuple[list[AttemptKey], list[AttemptKey], list[AttemptKey]]:
    """Tasks, polls, and tests of connections."""
    listed = list(keys)
    tests = [key for key in listed if checks.is_check(key)]
    others = [key for key in listed if polls.is_poll(key) and key not in tests]
    return [key for key in listed if not polls.is_poll(key)], others, tests


def release(worker_id: UUID, keys: Collection[AttemptKey]) -> list[tuple[AttemptKey, str]]:
    """Puts attempts that a worker gives back into their queues; those that went, with the queues."""
    gone: list[tuple[AttemptKey, str]] = []
    wanted = [key for key in given_to(worker_id) if key in keys and not polls.is_poll(key)]
    for tenant_id in {key.tenant_id for key in wanted}:
        facts = {
            "worker": worker_id,
            **columns(key for key in wanted if key.tenant_id == tenant_id),
        }
        with tenant_scope(tenant_id), connection.cursor() as cursor:
            cursor.execute(_RELEASE, facts)
            for *found, queue in cursor.fetchall():
                given = [*found[:4], found[4] - 1]
                gone.append((AttemptKey(*given), queue))
    forget(worker_id, [key for key, _ in gone])
    return gone


def shorten(worker_id: UUID, rest: timedelta) -> int:
    """Lets all leases of a worker end in ``rest``, if not sooner; returns how many there were.

    They end as those of any lost worker, so what must not run twice does not: the attempt may have
    done something by now.
    """
    by_tenant: dict[UUID, list[AttemptKey]] = defaultdict(list)
    for key in given_to(worker_id):
        by_tenant[key.tenant_id].append(key)
    count = 0
    for tenant_id, keys in by_tenant.items():
        tasks, others, _ = _sorted(keys)
        with tenant_scope(tenant_id), connection.cursor() as cursor:
            for part, statement in ((tasks, _SHORTEN), (others, _SHORTEN_POLLS)):
                if part:
                    facts = {**columns(part), "worker": worker_id, "rest": rest}
                    cursor.execute(statement, facts)
                    count += cursor.rowcount
    return count


def given_to(worker_id: UUID) -> set[AttemptKey]:
    """What names all that a worker was given."""
    names = ("tenant_id", "execution_id", "task_run_id", "number", "epoch")
    return {AttemptKey(*row) for row in _rows(worker_id).values_list(*names)}


def forget(worker_id: UUID, keys: Iterable[AttemptKey]) -> None:
    """The worker has no longer to do with these."""
    for key in keys:
        _rows(worker_id).filter(**_fields(key)).delete()


def _look(
    worker_id: UUID, keys: Sequence[AttemptKey], lease: timedelta | None
) -> Mapping[AttemptKey, bool]:
    """Those that are held, each with whether it is asked to stop; inside the tenant's scope."""
    found: dict[AttemptKey, bool] = {}
    tasks, others, tests = _sorted(keys)
    with connection.cursor() as cursor:
        if tasks:
            facts = {**columns(tasks), "worker": worker_id, "lease": lease}
            cursor.execute(_RENEW if lease else _LOOK, facts)
            found |= {AttemptKey(*row[:5]): bool(row[5]) for row in cursor.fetchall()}
        for part, statement in (
            (others, _RENEW_POLLS if lease else _LOOK_AT_POLLS),
            (tests, _LOOK_AT_CHECKS),
        ):
            if part:
                facts = {**columns(part), "worker": worker_id, "lease": lease}
                cursor.execute(statement, facts)
                seen = {(row[0], row[1]) for row in cursor.fetchall()}
                found |= {key: False for key in part if (key.task_run_id, key.epoch) in seen}
    return found


def _rows(worker_id: UUID) -> Any:
    return WorkerAssignment.objects.filter(worker_id=worker_id)


def _fields(key: AttemptKey) -> dict[str, Any]:
    return {
        "tenant_id": key.tenant_id,
        "execution_id": key.execution_id,
        "task_run_id": key.task_run_id,
        "number": key.number,
        "epoch": key.epoch,
    }


def _refusal(worker_id: UUID, key: AttemptKey) -> Exception:
    """A stale lease of one's own is told apart from what was never one's own."""
    fields = _fields(key)
    del fields["epoch"]
    return LeaseOver() if _rows(worker_id).filter(**fields).exists() else NotHeld()
