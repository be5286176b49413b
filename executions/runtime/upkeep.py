"""Keeps the tables in shape: partitions ahead; old executions, their files and old logs away."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connections, transaction

from executions.runtime import retention
from executions.runtime.folders import FORMER, folders_of
from executions.runtime.remains import remove_folders, remove_rows_of
from tenants import facade as tenants

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 3600.0
OWNER: Final = "owner"
SYSTEM: Final = "system"
BATCH: Final = 5_000
EXECUTIONS_PER_BATCH: Final = 200
"""Each may have a folder of files to remove while its row is locked."""
DAYS_BACK: Final = 8
KEYS_REST: Final = timedelta(days=1)
STILL_SEALS: Final = timedelta(hours=1)
"""For so long after its end a process may not have heard of it; in truth it is half a minute."""

_MAKE: Final = "select executions_make_partitions(current_date - %s, current_date + %s)"
_OLD_LOGS: Final = """
with old as (
    select tenant_id, execution_id, idx from log_line
     where execution_id < executions_first_id(now() - %(age)s) limit %(limit)s
)
delete from log_line l using old
 where (l.tenant_id, l.execution_id, l.idx) = (old.tenant_id, old.execution_id, old.idx)
"""
# A replay's outputs name files of the execution that it began with: that one goes after it.
_OLD_EXECUTIONS: Final = f"""
select tenant_id, id, array[namespace] || {FORMER}, flow_id from execution e
 where id < executions_first_id(now() - %(age)s) and ended_at < now() - %(age)s
   and not exists (select 1 from execution r
                    where r.tenant_id = e.tenant_id and r.replay_of = e.id)
 order by id limit %(limit)s
 for update skip locked
"""
_OLD_KEYS: Final = "delete from idempotency_key where created_at < now() - interval '24 hours'"
_OLD_STARTS: Final = "delete from execution_start where at < now() - interval '2 minutes'"
_OLD_LOG_USE: Final = "delete from log_use where day < current_date - 7"
# Of a poll the key is what was found: a file that lies there for years must not start twice. Those
# are never looked at: each other trigger's oldest causes are found by themselves.
OLD_CAUSES: Final = """
with old as (
    select f.tenant_id, f.trigger_state_id, f.key
      from trigger_state s cross join lateral (
           select tenant_id, trigger_state_id, key from trigger_fired
            where (tenant_id, trigger_state_id) = (s.tenant_id, s.id)
              and created_at < now() - %(age)s
            order by created_at limit %(limit)s) f
     where s.family in ('schedule', 'flow') limit %(limit)s
)
delete from trigger_fired f using old
 where (f.tenant_id, f.trigger_state_id, f.key) = (old.tenant_id, old.trigger_state_id, old.key)
"""
_FROM_BEFORE: Final = """
select exists (select 1 from execution
                where tenant_id = %s and id < executions_first_id(%s))
"""
_OLD_OUTPUTS: Final = "delete from task_cache where expires_at < now()"


def run() -> None:
    """One round; any number of copies may run it."""
    make_partitions()
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_OLD_KEYS)
        cursor.execute(_OLD_OUTPUTS)
        cursor.execute(_OLD_STARTS)
        cursor.execute(_OLD_LOG_USE)
    _in_batches(_OLD_LOGS, settings.DOWNBEAT.retention_logs)
    for tenant_id in tenants.bounded_tenants():
        tenants.remeasure(tenant_id)
    tenants.trim_audit(settings.DOWNBEAT.retention_audit)
    tenants.forget_expired()
    retention.apply()
    while remove_executions(settings.DOWNBEAT.retention_executions):
        pass
    tenants.free_former_paths()
    forget_causes(settings.DOWNBEAT.retention_executions)
    forget_keys(KEYS_REST)


def forget_causes(age: timedelta) -> None:
    """Forgets causes that have fired so long ago that they cannot come again: dates of schedules, ends
    of executions. What moves on is written with the cause, so the key is needed for moments only.
    """
    _in_batches(OLD_CAUSES, age)


def forget_keys(longer_than: timedelta) -> int:
    """Deletes data keys that were replaced so long ago, and that open nothing; returns how many.

    Executions from before keep sealed texts, also in files: while there is one, its key stays.
    """
    gone = 0
    for key in tenants.retired_keys(longer_than):
        with connections[SYSTEM].cursor() as cursor:
            cursor.execute(_FROM_BEFORE, [key.tenant_id, key.retired_at + STILL_SEALS])
            (needed,) = cursor.fetchone()
        gone += not needed and tenants.forget_unused(key)
    return gone


def remove_executions(age: timedelta) -> int:
    """Removes a batch of executions that ended so long ago, with their files; returns how many.

    Files go first. A process that dies in between leaves rows without files, which the next round
    removes; the other way round the files would stay for ever.
    """
    facts: dict[str, Any] = {"age": age, "limit": EXECUTIONS_PER_BATCH}
    with transaction.atomic(using=SYSTEM), connections[SYSTEM].cursor() as cursor:
        cursor.execute(_OLD_EXECUTIONS, facts)
        gone = [
            (tenant_id, id)
            for tenant_id, id, (namespace, *former), flow_id in cursor.fetchall()
            if remove_folders(tenant_id, folders_of(namespace, former, flow_id, id))
        ]
        if gone:
            remove_rows_of(cursor, gone)
    return len(gone)


def make_partitions() -> int:
    """Makes the partitions of the coming days, if this process may; returns how many were new."""
    if OWNER not in connections.databases:
        return 0
    with connections[OWNER].cursor() as cursor:
        # Two copies that made the same partition at once would wait for each other's locks.
        cursor.execute("select pg_try_advisory_lock(hashtext('downbeat.partitions'))")
        (alone,) = cursor.fetchone()
        if not alone:
            return 0
        try:
            cursor.execute(_MAKE, [DAYS_BACK, settings.DOWNBEAT.partition_days_ahead])
            (made,) = cursor.fetchone()
        finally:
            cursor.execute("select pg_advisory_unlock(hashtext('downbeat.partitions'))")
    connections[OWNER].close()
    return int(made)


def _in_batches(statement: str, age: timedelta) -> None:
    """Deletes a batch at a time, so that no statement holds locks for long."""
    while True:
        with connections[SYSTEM].cursor() as cursor:
            facts: dict[str, Any] = {"age": age, "limit": BATCH}
            cursor.execute(statement, facts)
            gone = cursor.rowcount
        if gone < BATCH:
            return
