"""Stores log lines in batches; a line that is sent twice is kept once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from downbeat.common import events
from executions.worker.work import LogRecord

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
returning execution_id, idx
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
    last: dict[UUID, int] = {}
    count: dict[UUID, int] = {}
    for execution_id, idx in stored:
        last[execution_id] = max(last.get(execution_id, 0), idx)
        count[execution_id] = count.get(execution_id, 0) + 1
    for execution_id, idx in last.items():
        data = {"count": count[execution_id], "lastIndex": idx}
        events.publish_on_commit(f"logs:{execution_id}", "logs.appended", data, seq=idx)


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
