"""Rows that would take hours to make by running flows, written straight into the database."""

from __future__ import annotations

from typing import Any, Final

import psycopg

# Every 10,000th execution is of a flow that runs seldom; the states are those of a healthy tenant.
EXECUTIONS: Final = """
insert into execution (id, tenant_id, namespace_id, namespace, flow_id, flow_uid, revision, state,
    histories, inputs, variables, labels, trigger_id, original_id, attempt_number, worker_group,
    priority, progress, facts, seq, created_at, started_at, ended_at)
select facts.id, f.tenant_id, f.namespace_id, f.namespace, f.flow_id, f.id, 1, state,
    jsonb_build_array(jsonb_build_object('state', 'CREATED', 'date', at)), '{}', '{}',
    jsonb_build_array(jsonb_build_object('key', 'day', 'value', (n %% 365)::text),
                      jsonb_build_object('key', 'team', 'value', 'data')),
    case when n %% 3 = 0 then 'nightly' end, facts.id, 1, 'default', 0, '{}', '{}', 0, at, at,
    case when state = 'RUNNING' then null else at + interval '3 seconds' end
  from (
    select n, at, case when n %% 10000 = 0 then 0 else 1 + n %% (%(flows)s - 1) end as flow,
           case when n %% 1000 = 1 then 'FAILED' when n %% 50000 = 2 then 'RUNNING'
                else 'SUCCESS' end as state,
           (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
            || lpad(to_hex(n %% 4096), 3, '0') || '8' || substr(md5(n::text), 1, 15))::uuid as id
      from (select n, now() - (%(rows)s - n) * interval '2 seconds' as at
              from generate_series(1, %(rows)s) n) numbers
  ) facts
  join (select *, row_number() over (order by flow_id) - 1 as number from flow
         where tenant_id = %(tenant)s) f on f.number = facts.flow
"""
LOG: Final = """
insert into log_line (tenant_id, execution_id, task_run_id, task_id, attempt_number, epoch, seq, level, at,
                      message)
select t.tenant_id, t.execution_id, t.id, t.task_id, 1, 0, n + 1000,
       case when n %% 1000 = 0 then 'ERROR' when n %% 50 = 0 then 'WARN' else 'INFO' end,
       t.created_at + n * interval '1 millisecond',
       'Line ' || n || ' of a long log, of about the length that lines have: ' || md5(n::text)
  from task_run t, generate_series(1, %(lines)s) n
 where t.execution_id = %(execution)s
 order by n
"""


def fill_executions(
    database: psycopg.Connection[Any], *, tenant: Any = None, flows: int, rows: int
) -> None:
    """``rows`` executions of the flows of a tenant; absent: of the only one."""
    chosen = tenant or _only_tenant(database)
    database.execute(EXECUTIONS, {"tenant": chosen, "rows": rows, "flows": flows})
    database.execute("vacuum analyze execution, execution_label")


def fill_log(database: psycopg.Connection[Any], execution: str, lines: int) -> None:
    """``lines`` lines of an execution with one task run."""
    database.execute(LOG, {"execution": execution, "lines": lines})
    database.execute("vacuum analyze log_line")


def _only_tenant(database: psycopg.Connection[Any]) -> Any:
    row = database.execute("select id from tenants_tenant").fetchone()
    return None if row is None else row[0]
