"""What a tenant's suspension means for what runs in it: held, killed, or let go on.

Done by the sweeper, so that an execution that was on its way when the tenant was suspended is found
too, and in batches. Asking an execution twice to pause or to die changes nothing.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection

from downbeat.common.scope import current_tenant, tenant_scope
from executions.runtime.inbox import Message, post
from executions.runtime.sql import rows
from tenants import facade as tenants
from tenants.contracts import RunningWork, TenantResumed

BATCH: Final = 500

_LIVE: Final = """
select id from execution
 where tenant_id = %s and ended_at is null and state <> 'KILLING' and parent_id is null
 order by id limit %s
"""
# Whoever was paused by a person stays paused when the suspension ends.
_HOLD: Final = """
insert into held_execution (tenant_id, execution_id)
select tenant_id, id from execution e
 where tenant_id = %s and state = 'RUNNING' and ended_at is null
   and not exists (select 1 from held_execution h
                    where h.tenant_id = e.tenant_id and h.execution_id = e.id)
 order by id limit %s
on conflict do nothing
returning execution_id
"""
_RELEASE: Final = "delete from held_execution where tenant_id = %s returning execution_id"
_IS_HELD: Final = "select 1 from held_execution where tenant_id = %s and execution_id = %s"


def enforce() -> int:
    """Asks what runs in suspended tenants to pause or to die; returns how many were asked."""
    asked = 0
    for tenant_id, standing in tenants.resting().items():
        if standing.deleting or standing.running is RunningWork.FINISH:
            continue
        asked += _hold(tenant_id) if standing.running is RunningWork.HOLD else _kill(tenant_id)
    return asked


def on_resumed(event: TenantResumed) -> None:
    """Lets go on what the suspension held; in the transaction that ends it."""
    for (id,) in rows(_RELEASE, [event.tenant_id]):
        # It names no task run: what a person is to resume waits on.
        post(event.tenant_id, id, Message.RESUME, {"task_run_id": str(id)})


def is_held(execution_id: UUID) -> bool:
    """Whether the suspension of the current tenant paused that execution."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_HELD, [current_tenant(), execution_id])
        return cursor.fetchone() is not None


def _hold(tenant_id: UUID) -> int:
    with tenant_scope(tenant_id):
        held = rows(_HOLD, [tenant_id, BATCH])
        for (id,) in held:
            post(tenant_id, id, Message.PAUSE, {})
    return len(held)


def _kill(tenant_id: UUID) -> int:
    with tenant_scope(tenant_id):
        live = rows(_LIVE, [tenant_id, BATCH])
        for (id,) in live:
            post(tenant_id, id, Message.KILL, {"cascade": True, "by": "a suspension of the tenant"})
    return len(live)
