"""Stores log lines in batches; a line that is sent twice is kept once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from downbeat.common import events
from executions.runtime import log_quotas
from executions.runtime.log_quotas import Fate, Sized
from executions.worker.work import LogRecord
from tenants import facade as tenants
from tenants.ceilings import Ceiling, QuotaKind

_INSERT: Final = """
insert into log_line (tenant_id, execution_id, task_run_id, task_id, attempt_number, epoch, seq,
                      level, at, message)
select %(tenant)s, execution_id, task_run_id, task_id, attempt_number, epoch, seq, level,
       to_timestamp(at), message
  from unnest(%(executions)s::uuid[], %(runs)s::uuid[], %(tasks)s::text[], %(numbers)s::int[],
              %(epochs)s::bigint[], %(seqs)s::int[], %(levels)s::text[], %(ats)s::float8[],
              %(messages)s::text[])
       as line(execution_id, task_run_id, task_id, attempt_number, epoch, seq, level, at, message)
on conflict do nothing
returning execution_id, idx, (select limits_version from tenants_tenant where id = %(tenant)s)
"""
# Lines are numbered in the order in which they were sent.
_SIZES: Final = """
select l.execution_id, l.idx, e.namespace, e.flow_id, octet_length(l.message)
  from log_line l join execution e on e.tenant_id = l.tenant_id and e.id = l.execution_id
 where l.tenant_id = %s and l.execution_id = any(%s) and l.idx = any(%s)
 order by l.idx
"""
_MARK: Final = """
update log_line set level = 'WARN', message = %s
 where tenant_id = %s and execution_id = %s and idx = %s
"""
_DROP: Final = """
delete from log_line l using unnest(%s::uuid[], %s::bigint[]) as d(execution_id, idx)
 where l.tenant_id = %s and l.execution_id = any(%s)
   and l.execution_id = d.execution_id and l.idx = d.idx
"""


def store(tenant_id: UUID, records: Sequence[LogRecord]) -> None:
    """Writes lines of one tenant, inside its scope, and tells the streams after the commit.

    The commit does not wait for the disk: the attempt's result, which is committed later and does
    wait, brings these lines to the disk before it.
    """
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit = off")
        cursor.execute(_INSERT, _columns(tenant_id, records))
        stored = cursor.fetchall()
    if stored:
        over = tenants.limits_at(stored[0][2] or 0).any_of(QuotaKind.LOG_BYTES_PER_DAY)
        stored = _cut(tenant_id, over, stored) if over else stored
    last: dict[UUID, int] = {}
    count: dict[UUID, int] = {}
    for execution_id, idx, *_ in stored:
        last[execution_id] = max(last.get(execution_id, 0), idx)
        count[execution_id] = count.get(execution_id, 0) + 1
    for execution_id, idx in last.items():
        data = {"count": count[execution_id], "lastIndex": idx}
        events.publish_on_commit(f"logs:{execution_id}", "logs.appended", data, seq=idx)


def _cut(
    tenant_id: UUID, ceilings: Sequence[Ceiling], stored: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Takes back what a quota has no room for, before anybody can have seen it."""
    executions, numbers = list({row[0] for row in stored}), [row[1] for row in stored]
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [tenant_id, executions, numbers])
        lines = cursor.fetchall()
        sized = [Sized(row[0], row[2], row[3], row[4]) for row in lines]
        judged = list(zip(lines, log_quotas.judge(tenant_id, ceilings, sized), strict=True))
        gone = [row for row, found in judged if found.fate is Fate.DROP]
        for row, found in judged:
            if found.fate is Fate.MARK:
                cursor.execute(_MARK, [found.marker, tenant_id, row[0], row[1]])
        if gone:
            taken = [row[0] for row in gone], [row[1] for row in gone]
            cursor.execute(_DROP, [*taken, tenant_id, executions])
    return [row for row, found in judged if found.fate is not Fate.DROP]


def _columns(tenant_id: UUID, records: Sequence[LogRecord]) -> dict[str, Any]:
    return {
        "tenant": tenant_id,
        "executions": [record.key.execution_id for record in records],
        "runs": [record.key.task_run_id for record in records],
        "tasks": [record.task_id for record in records],
        "numbers": [record.key.number for record in records],
        "epochs": [record.key.epoch for record in records],
        "seqs": [record.seq for record in records],
        "levels": [record.level for record in records],
        "ats": [record.at for record in records],
        # PostgreSQL's text has no zero byte.
        "messages": [record.message.replace("\x00", "\ufffd") for record in records],
    }
