"""Tests of connections: rows that the web writes, and that a worker of the right group takes up.

A test travels as a poll does, in a process of its own, with the rights of a flow of its namespace;
its key names it in place of a trigger. It is claimed once: whoever waits for it learns that nobody
answered sooner than a second worker could be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, connections

from downbeat.common import events
from downbeat.common.scope import tenant_scope
from downbeat.sdk.context import RunInfo
from executions.contracts import check_topic
from executions.runtime.identity import WorkerIdentity
from executions.worker.work import AttemptKey, AttemptResult, Ending, Work

CHECKS: Final = UUID(int=1)
"""Stands in keys for an execution that there is not."""
LONGEST: Final = timedelta(seconds=18)
"""With the grace of a process that does not end at once, less than its asker waits."""
_MESSAGE_CHARS: Final = 4_000

_CLAIM: Final = """
with waiting as (
    select id from connection_check
     where worker_group = %(group)s and started_at is null
       and created_at > now() - %(longest)s
     order by created_at
     limit %(limit)s
     for update skip locked
)
update connection_check c
   set started_at = clock_timestamp(), worker_id = %(worker)s, lease_epoch = c.lease_epoch + 1
  from waiting where c.id = waiting.id
returning c.tenant_id, c.id, c.lease_epoch, c.namespace, c.name, c.implementation
"""
_TAKEN: Final = """
select tenant_id, id, lease_epoch, namespace, name, implementation from connection_check
 where tenant_id = %s and id = any(%s) and ended_at is null
"""
HELD: Final = """
select 1 from connection_check
 where tenant_id = %s and id = %s and lease_epoch = %s and ended_at is null
"""
_FINISH: Final = """
update connection_check
   set ended_at = clock_timestamp(), ok = %(ok)s, message = %(message)s
 where tenant_id = %(tenant)s and id = %(id)s and lease_epoch = %(epoch)s and ended_at is null
returning 1
"""


def is_check(key: AttemptKey) -> bool:
    """Whether the key names the test of a connection."""
    return key.execution_id == CHECKS


def claim(worker: WorkerIdentity, *, limit: int) -> list[Work]:
    """Takes up the tests that wait for the worker's group."""
    return [_work(*row) for row in _take(worker, limit)]


def take(worker: WorkerIdentity, *, limit: int) -> list[AttemptKey]:
    """The same for a worker far away; only what names them."""
    return [AttemptKey(row[0], CHECKS, row[1], 0, row[2]) for row in _take(worker, limit)]


def works_of(tenant_id: UUID, keys: Sequence[AttemptKey]) -> list[Work]:
    """The work of tests that were taken up for a worker far away."""
    with tenant_scope(tenant_id), connection.cursor() as cursor:
        cursor.execute(_TAKEN, [tenant_id, [key.task_run_id for key in keys]])
        works = [_work(*row) for row in cursor.fetchall()]
    return [work for work in works if work.key in keys]


def _take(worker: WorkerIdentity, limit: int) -> list[tuple[Any, ...]]:
    if limit <= 0:
        return []
    facts: dict[str, Any] = {
        "group": worker.group,
        "limit": limit,
        "worker": worker.id,
        "longest": LONGEST,
    }
    with connections["system"].cursor() as cursor:
        cursor.execute(_CLAIM, facts)
        return list(cursor.fetchall())


def finish(result: AttemptResult) -> None:
    """Writes what came of a test, and tells who waits for it."""
    key, well = result.key, result.ending is Ending.SUCCESS
    state = result.outputs.get("state") or {}
    message = str(state.get("message") or "") if well else result.error or "The test was stopped"
    facts: dict[str, Any] = {
        "tenant": key.tenant_id,
        "id": key.task_run_id,
        "epoch": key.epoch,
        "ok": well,
        "message": message.replace("\0", "")[:_MESSAGE_CHARS],
    }
    with tenant_scope(key.tenant_id):
        with connection.cursor() as cursor:
            cursor.execute(_FINISH, facts)
            found = cursor.fetchone()
        if found is not None:
            events.publish_on_commit(check_topic(key.task_run_id), "connection.checked", {})


def _work(
    tenant_id: UUID, id: UUID, epoch: int, namespace: str, name: str, implementation: str
) -> Work:
    return Work(
        key=AttemptKey(tenant_id, CHECKS, id, 0, epoch),
        info=RunInfo(
            tenant=str(tenant_id),
            namespace=namespace,
            flow_id="",
            execution_id="",
            task_id=name,
            task_run_id=str(id),
            attempt=1,
            fence=epoch,
        ),
        kind="poll",
        type_name="core.connection.Check",
        task={
            "id": "check",
            "type": "core.connection.Check",
            "connection": name,
            "implementation": implementation,
        },
        context={},
        timeout=LONGEST,
    )
