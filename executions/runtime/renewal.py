"""Starts a flow anew after an execution that a retry policy has ended as RETRIED."""

from __future__ import annotations

from typing import Final

from downbeat.common import clock
from downbeat.common.models import uuid7
from executions.engine.rules.killing import ALONE
from executions.engine.rules.retrying import FIRST_STARTED, RETRY_AT
from executions.engine.state import Execution, State
from executions.runtime.children import killed_with
from executions.runtime.inbox import Message, post
from executions.runtime.sql import rows
from executions.runtime.store import Held
from executions.runtime.store_codec import text

_COPY: Final = """
insert into execution (id, tenant_id, namespace_id, namespace, flow_id, flow_uid, revision, state,
    histories, inputs, variables, labels, trigger, trigger_id, parent_id, parent_task_run_id,
    original_id, attempt_number, kind, priority, worker_group, progress, facts, seq, created_at)
select %s, tenant_id, namespace_id, namespace, flow_id, flow_uid, revision, 'CREATED', %s::jsonb,
    inputs, '{}', labels, trigger, trigger_id, parent_id, parent_task_run_id, original_id,
    attempt_number + 1, kind, priority, worker_group, '{}', %s::jsonb, 0, clock_timestamp()
  from execution where tenant_id = %s and id = %s
"""


_UNWANTED: Final = """
select 1 from execution e
  join task_run t on t.tenant_id = e.tenant_id and t.execution_id = e.id and t.id = %s
 where e.tenant_id = %s and e.id = %s and not e.facts ? %s
   and (e.kill_requested_at is not null or t.state in ('FAILED', 'KILLED', 'CANCELLED'))
"""


def start_anew(held: Held, execution: Execution) -> None:
    """Inserts the next execution of the chain; once, because the timer that asks for it is gone."""
    if execution.state is not State.RETRIED or RETRY_AT not in execution.facts:
        return
    first = execution.facts.get(FIRST_STARTED) or (execution.created_at or clock.now()).isoformat()
    history = [{"state": State.CREATED, "date": clock.wire(clock.now())}]
    tenant_id, id = held.facts.tenant_id, uuid7()
    rows(_COPY, [id, text(history), text({FIRST_STARTED: first}), tenant_id, execution.id])
    post(tenant_id, id, Message.CREATED, {})
    if held.parent_id is not None and held.parent_task_run_id is not None:
        asked = [held.parent_task_run_id, tenant_id, held.parent_id, ALONE]
        if rows(_UNWANTED, asked):  # the kill found nobody: the last child had ended
            by = killed_with(held.parent_id)
            post(tenant_id, id, Message.KILL, {"cascade": True, "by": by})
