"""Applies the retention of tenants and namespaces, which is shorter than the instance's.

Rules are read anew in each round. The nearest rule holds: one of a namespace is not applied to the
namespaces below it that have a rule of their own. Everything is removed in batches, each a
transaction of its own, by the database's clock.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connections, transaction

from executions.runtime.folders import FORMER, folders_of
from executions.runtime.remains import remove_folders, remove_rows_of
from tenants import facade as tenants
from tenants.contracts import RetentionRule

SYSTEM: Final = "system"
EXECUTIONS_PER_BATCH: Final = 200
LINES_PER_BATCH: Final = 5_000

_PLACE: Final = """
    e.tenant_id = %(tenant)s
    and (%(path)s = '' or e.namespace = %(path)s or starts_with(e.namespace, %(path)s || '.'))
    and not exists (select 1 from unnest(%(others)s::text[]) o
                     where e.namespace = o or starts_with(e.namespace, o || '.'))
"""
# A replay's outputs name files of the execution that it began with: that one goes after it.
_EXECUTIONS: Final = f"""
select tenant_id, id, array[namespace] || {FORMER}, flow_id from execution e
 where {_PLACE} and id < executions_first_id(now() - %(age)s) and ended_at < now() - %(age)s
   and not exists (select 1 from execution r
                    where r.tenant_id = e.tenant_id and r.replay_of = e.id)
 order by id limit %(limit)s
 for update skip locked
"""
_RECORDS: Final = {
    "logs": f"""
with old as (
    select l.execution_id, l.idx from log_line l
      join execution e on e.tenant_id = l.tenant_id and e.id = l.execution_id
     where {_PLACE} and l.tenant_id = %(tenant)s
       and l.execution_id < executions_first_id(now() - %(age)s) limit %(limit)s
)
delete from log_line l using old
 where l.tenant_id = %(tenant)s and (l.execution_id, l.idx) = (old.execution_id, old.idx)
""",
    "metrics": f"""
with old as (
    select m.execution_id, m.task_run_id, m.idx from metric m
      join execution e on e.tenant_id = m.tenant_id and e.id = m.execution_id
     where {_PLACE} and m.tenant_id = %(tenant)s
       and m.execution_id < executions_first_id(now() - %(age)s) limit %(limit)s
)
delete from metric m using old
 where m.tenant_id = %(tenant)s
   and (m.execution_id, m.task_run_id, m.idx) = (old.execution_id, old.task_run_id, old.idx)
""",
}


def apply() -> int:
    """One round; any number of copies may run it. Returns how many executions went."""
    for kind, statement in _RECORDS.items():
        for rule in tenants.retention_rules(kind):
            _records(statement, rule)
    gone = 0
    for rule in tenants.retention_rules("executions"):
        while count := _executions(rule):
            gone += count
    return gone


def _records(statement: str, rule: RetentionRule) -> None:
    while True:
        with connections[SYSTEM].cursor() as cursor:
            cursor.execute(statement, _facts(rule, LINES_PER_BATCH))
            if cursor.rowcount < LINES_PER_BATCH:
                return


def _executions(rule: RetentionRule) -> int:
    """Removes a batch, files first: a process that dies in between leaves rows for the next one."""
    with transaction.atomic(using=SYSTEM), connections[SYSTEM].cursor() as cursor:
        cursor.execute(_EXECUTIONS, _facts(rule, EXECUTIONS_PER_BATCH))
        gone = [
            (tenant_id, id)
            for tenant_id, id, (namespace, *former), flow_id in cursor.fetchall()
            if remove_folders(tenant_id, folders_of(namespace, former, flow_id, id))
        ]
        if gone:
            remove_rows_of(cursor, gone)
    return len(gone)


def _facts(rule: RetentionRule, limit: int) -> dict[str, Any]:
    return {
        "tenant": rule.tenant_id,
        "path": rule.path,
        "others": list(rule.others),
        "age": rule.age,
        "limit": limit,
    }
