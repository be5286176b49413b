"""Keeps the tables in shape: partitions ahead, old partitions and old rows away."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connections

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 3600.0
OWNER: Final = "owner"
SYSTEM: Final = "system"
BATCH: Final = 5_000
DAYS_BACK: Final = 8

_MAKE: Final = "select executions_make_partitions(current_date - %s, current_date + %s)"
_OLD_LOGS: Final = """
with old as (
    select tenant_id, execution_id, idx from log_line
     where execution_id < executions_first_id(now() - %(age)s) limit %(limit)s
)
delete from log_line l using old
 where (l.tenant_id, l.execution_id, l.idx) = (old.tenant_id, old.execution_id, old.idx)
"""
_OLD_EXECUTIONS: Final = """
with old as (
    select tenant_id, id from execution
     where id < executions_first_id(now() - %(age)s) and ended_at < now() - %(age)s
     limit %(limit)s
     for update skip locked
)
delete from execution e using old where (e.tenant_id, e.id) = (old.tenant_id, old.id)
"""
_OLD_KEYS: Final = "delete from idempotency_key where created_at < now() - interval '24 hours'"


def run() -> None:
    """One round; any number of copies may run it."""
    make_partitions()
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_OLD_KEYS)
    _in_batches(_OLD_LOGS, settings.DOWNBEAT.retention_logs)
    _in_batches(_OLD_EXECUTIONS, settings.DOWNBEAT.retention_executions)


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
