"""The statements of a turn. Each names the executions it is about, so that slices are skipped."""

from __future__ import annotations

from typing import Final

SLOT_STATES: Final = ("RUNNING", "PAUSED", "KILLING", "RESTARTED", "RETRYING")
"""States in which an execution holds a slot of its flow's limit, and counts for quotas."""
# The number by which what is remembered of the tenant's limits is known to hold: read once.
HOLD: Final = """
select {columns}, (select limits_version from tenants_tenant where id = %(tenant)s)
  from execution
 where tenant_id = %(tenant)s and id = any(%(ids)s)
 order by id for no key update of execution skip locked
"""
LOOK: Final = """
select {columns} from execution where tenant_id = %s and id = any(%s)
"""
RUNS_BY_ID: Final = """
select {columns} from task_run
 where tenant_id = %s and execution_id = any(%s) and id = any(%s)
"""
# A line is a chain from run to run: those after the first are found one after the other.
IN_LINE: Final = """
with recursive line as (
    select id, nullif(facts ->> 'inLine', '')::uuid as next, 1 as place from task_run
     where tenant_id = %(tenant)s and execution_id = %(execution)s and id = any(%(first)s)
    union all
    select t.id, nullif(t.facts ->> 'inLine', '')::uuid, line.place + 1
      from line join task_run t on t.id = line.next
     where t.tenant_id = %(tenant)s and t.execution_id = %(execution)s and line.place <= %(most)s
)
select id from line where place > 1
"""
LIVE_RUNS: Final = """
select {columns} from task_run
 where tenant_id = %s and execution_id = any(%s) and ended_at is null order by id
"""
ALL_RUNS: Final = """
select {columns} from task_run
 where tenant_id = %s and execution_id = any(%s) order by created_at, id
"""
DROP_RUNS: Final = """
with gone as (
    delete from task_run where tenant_id = %s and execution_id = any(%s) and id = any(%s)
    returning tenant_id, execution_id, id
)
delete from output o using gone g
 where o.tenant_id = g.tenant_id and o.execution_id = g.execution_id and o.task_run_id = g.id
"""

_RUN: Final = """jsonb_to_recordset(%(records)s::jsonb) as r(
    execution_id uuid, id uuid, node int, task_id text, parent_id uuid, ancestors uuid[],
    path text[], iteration int, value text, state text, histories jsonb, progress jsonb,
    facts jsonb, attempts int, lost int, run_after timestamptz, child_id uuid, folded boolean,
    dynamic boolean, error text, reason jsonb, tries jsonb, created_at timestamptz,
    started_at timestamptz, ended_at timestamptz)"""
# Another attempt of a shared directory reports the same task runs again: they have stable ids.
NEW_RUNS: Final = f"""
insert into task_run (tenant_id, execution_id, id, node, task_id, parent_id, ancestors, path,
    iteration, value, state, histories, progress, facts, attempts, lost, run_after, child_id,
    folded, dynamic, error, reason, tries, created_at, started_at, ended_at)
select %(tenant)s, execution_id, id, node, task_id, parent_id, ancestors, path, iteration, value,
    state, histories, progress, facts, attempts, lost, run_after, child_id, folded, dynamic, error,
    reason, tries, created_at, started_at, ended_at
  from {_RUN}
on conflict (tenant_id, execution_id, id) do update
   set state = excluded.state, histories = excluded.histories, progress = excluded.progress,
       attempts = excluded.attempts,
       error = excluded.error, reason = excluded.reason, tries = excluded.tries,
       created_at = excluded.created_at, started_at = excluded.started_at,
       ended_at = excluded.ended_at
"""
UPDATE_RUNS: Final = f"""
update task_run t
   set state = r.state, histories = r.histories, progress = r.progress, facts = r.facts,
       attempts = r.attempts, lost = r.lost, run_after = r.run_after, child_id = r.child_id,
       folded = r.folded, error = r.error, reason = r.reason, tries = r.tries,
       started_at = r.started_at, ended_at = r.ended_at
  from {_RUN}
 where t.tenant_id = %(tenant)s and t.execution_id = any(%(executions)s)
   and t.execution_id = r.execution_id and t.id = r.id
"""
LOOP_VALUES: Final = """
update task_run t set loop_values = r.loop_values
  from jsonb_to_recordset(%(records)s::jsonb)
       as r(execution_id uuid, id uuid, loop_values jsonb)
 where t.tenant_id = %(tenant)s and t.execution_id = any(%(executions)s)
   and t.execution_id = r.execution_id and t.id = r.id
"""
NEW_ATTEMPTS: Final = """
insert into attempt (tenant_id, execution_id, task_run_id, number, kind, state, histories,
    worker_group, fallback, priority, lease_epoch, lease_until, worker_id, kill_requested,
    created_at, started_at)
select %(tenant)s, execution_id, task_run_id, number, kind, state, histories, worker_group,
    fallback, priority, case when state = 'RUNNING' then 1 else 0 end,
    case when state = 'RUNNING' then clock_timestamp() + make_interval(secs => lease) end,
    worker_id, false, created_at,
    case when state = 'RUNNING' then created_at end
  from jsonb_to_recordset(%(records)s::jsonb) as a(execution_id uuid, task_run_id uuid, number int,
    kind text, state text, histories jsonb, worker_group text, fallback text, priority int,
    worker_id uuid, lease float8, created_at timestamptz)
"""
KILL_ATTEMPTS: Final = """
update attempt a
   set kill_requested = true,
       kill = jsonb_strip_nulls(jsonb_build_object(
           'reason', 'killed', 'askedBy', k.by, 'askedAt', {now},
           'confirmedAt', case when a.state = 'QUEUED' then {now} end)),
       state = case when a.state = 'QUEUED' then 'KILLED' else a.state end,
       ended_at = case when a.state = 'QUEUED' then clock_timestamp() end,
       reason = case when a.state = 'QUEUED' then 'killed' else a.reason end
  from jsonb_to_recordset(%(records)s::jsonb) as k(execution_id uuid, task_run_id uuid, by text)
 where a.tenant_id = %(tenant)s and a.execution_id = any(%(executions)s)
   and a.execution_id = k.execution_id and a.task_run_id = k.task_run_id and a.ended_at is null
returning a.execution_id, a.task_run_id, case when a.state = 'KILLED' then a.number else -a.number end,
    a.worker_group
""".format(now="to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
TIMERS: Final = """
insert into timer (tenant_id, execution_id, task_run_id, kind, due_at)
select %(tenant)s, execution_id, task_run_id, kind, due_at
  from jsonb_to_recordset(%(records)s::jsonb)
       as t(execution_id uuid, task_run_id uuid, kind text, due_at timestamptz)
on conflict (tenant_id, execution_id, task_run_id, kind) do update set due_at = excluded.due_at
"""
LINES: Final = """
insert into log_line (tenant_id, execution_id, task_run_id, task_id, attempt_number, epoch, seq,
    level, at, message)
select %(tenant)s, execution_id, task_run_id, task_id, attempt_number, -1, seq, level, at, message
  from jsonb_to_recordset(%(records)s::jsonb)
       as l(execution_id uuid, task_run_id uuid, task_id text, attempt_number int, seq int,
            level text, at timestamptz, message text)
 order by execution_id, seq
on conflict do nothing
"""
METRICS: Final = """
insert into metric (tenant_id, execution_id, task_run_id, task_id, attempt_number, name, kind,
    value, tags, at)
select %(tenant)s, execution_id, task_run_id, task_id, attempt_number, name, kind, value, tags, at
  from jsonb_to_recordset(%(records)s::jsonb)
       as m(execution_id uuid, task_run_id uuid, task_id text, attempt_number int, name text,
            kind text, value float8, tags jsonb, at timestamptz)
"""
JOURNAL: Final = """
insert into journal (tenant_id, execution_id, seq, at, events)
select %(tenant)s, execution_id, seq, clock_timestamp(), events
  from jsonb_to_recordset(%(records)s::jsonb)
       as j(execution_id uuid, seq bigint, events jsonb)
"""
UPDATE_EXECUTIONS: Final = """
update execution e
   set state = r.state, histories = r.histories, progress = r.progress, facts = r.facts,
       kill_requested_at = case when r.kill_asked then coalesce(e.kill_requested_at, now()) end,
       pause_requested_at = case when r.pause_asked then coalesce(e.pause_requested_at, now()) end,
       scheduled_at = r.scheduled_at, started_at = r.started_at, ended_at = r.ended_at,
       seq = r.seq, reason = r.reason,
       error = coalesce(r.error, e.error), outputs = coalesce(r.outputs, e.outputs),
       labels = coalesce(r.labels, e.labels), variables = coalesce(r.variables, e.variables),
       worker_group = r.worker_group
  from jsonb_to_recordset(%(records)s::jsonb) as r(execution_id uuid, state text, histories jsonb,
    progress jsonb, facts jsonb, kill_asked boolean, pause_asked boolean, scheduled_at timestamptz,
    started_at timestamptz, ended_at timestamptz, seq bigint, reason jsonb, error text,
    outputs jsonb, labels jsonb, variables jsonb, worker_group text)
 where e.tenant_id = %(tenant)s and e.id = any(%(executions)s) and e.id = r.execution_id
"""
WRITE_OUTPUTS: Final = """
insert into output (tenant_id, execution_id, task_run_id, task_id, path, value, uri, size)
select %(tenant)s, o.execution_id, o.task_run_id, o.task_id, o.path, o.value, o.uri, o.size
  from jsonb_to_recordset(%(records)s::jsonb) as o(execution_id uuid, task_run_id uuid,
       task_id text, path text[], value jsonb, uri text, size int)
on conflict (tenant_id, execution_id, task_run_id) do update
   set value = excluded.value, uri = excluded.uri, size = excluded.size
"""
TAKE_RESULTS: Final = """
update attempt a
   set state = r.ending, ended_at = clock_timestamp(), lease_until = null, reason = r.reason,
       error = r.error, log_file = r.log_file,
       histories = a.histories || jsonb_build_array(
           jsonb_build_object('state', 'RUNNING', 'date', {started}),
           jsonb_build_object('state', r.ending, 'date', {ended}))
  from jsonb_to_recordset(%(records)s::jsonb) as r(execution_id uuid, task_run_id uuid, number int,
    epoch bigint, ending text, reason text, error text, log_file text)
 where a.tenant_id = %(tenant)s and a.execution_id = any(%(executions)s)
   and a.execution_id = r.execution_id and a.task_run_id = r.task_run_id and a.number = r.number
   and a.lease_epoch = r.epoch and a.state = 'RUNNING'
returning a.execution_id, a.task_run_id, a.number, a.started_at, a.ended_at
""".format(
    started="to_char(a.started_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    ended="to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
)
RUN_PLACES: Final = """
select t.execution_id, t.id, t.task_id, t.path, e.namespace, e.flow_id
  from task_run t join execution e on e.tenant_id = t.tenant_id and e.id = t.execution_id
 where t.tenant_id = %s and t.execution_id = any(%s) and t.id = any(%s)
"""
# One row per trigger that listens to the change; the places where it may listen are four. The
# offset keeps the planner at one look by index for each: it would read all that a tenant listens to.
# The lock waits for whoever removes the trigger just now; else the foreign key would undo the turn.
TELL_TRIGGERS: Final = """
insert into trigger_event (tenant_id, trigger_state_id, execution_id, position, state)
select %(tenant)s, l.trigger_state_id, m.execution_id, m.position, m.state
  from jsonb_to_recordset(%(records)s::jsonb) as m(execution_id uuid, position int, state text,
       namespace text, flow_id text)
 cross join lateral (values (m.namespace, m.flow_id), (m.namespace, ''), ('', m.flow_id), ('', ''))
       as a(namespace, flow_id)
 cross join lateral (
    select l.trigger_state_id from trigger_listener l
      join trigger_state t on t.tenant_id = l.tenant_id and t.id = l.trigger_state_id
     where l.tenant_id = %(tenant)s and l.namespace = a.namespace and l.flow_id = a.flow_id
       and m.state = any(l.states) and starts_with(m.namespace, l.prefix)
       and l.own = (l.own_namespace = m.namespace and l.own_flow_id = m.flow_id)
    offset 0 for key share of t
 ) l
 order by m.execution_id, m.position
on conflict do nothing
"""
