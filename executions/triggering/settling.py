"""Frees schedules whose execution has ended, and disables those that stop after such an end."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from django.db import connection, connections

from downbeat.common.scope import tenant_scope
from executions.triggering import firing
from flows import facade as flows

log = logging.getLogger(__name__)

BATCH: Final = 200

_ENDED: Final = """
select t.tenant_id, t.id from trigger_state t
  left join execution e on e.tenant_id = t.tenant_id and e.id = t.execution_id
 where t.execution_id is not null and (e.id is null or e.ended_at is not null)
 limit %s
"""
_TAKE: Final = """
select t.flow_uid, t.revision, t.trigger_id, e.state from trigger_state t
  left join execution e on e.tenant_id = t.tenant_id and e.id = t.execution_id
 where t.tenant_id = %s and t.id = %s and t.execution_id is not null
   and (e.id is null or e.ended_at is not null)
 for no key update of t skip locked
"""
_FREE: Final = """
update trigger_state set execution_id = null, disabled = disabled or %s, updated_at = now()
 where tenant_id = %s and id = %s
"""


def settle_ended() -> int:
    """Frees every schedule that waits for an execution which is over; returns how many."""
    with connections["system"].cursor() as cursor:
        cursor.execute(_ENDED, [BATCH])
        rows = cursor.fetchall()
    for tenant_id, id in rows:
        _settle(tenant_id, id)
    return len(rows)


def _settle(tenant_id: UUID, id: UUID) -> None:
    with tenant_scope(tenant_id), connection.cursor() as cursor:
        cursor.execute(_TAKE, [tenant_id, id])
        row = cursor.fetchone()
        if row is None:
            return
        uid, number, trigger_id, state = row
        cursor.execute(_FREE, [_stops(tenant_id, uid, number, trigger_id, state), tenant_id, id])


def _stops(tenant_id: UUID, uid: UUID, number: int, trigger_id: str, state: str | None) -> bool:
    try:
        trigger = firing.trigger_of(flows.by_uid(tenant_id, uid, number), trigger_id)
    except LookupError:
        return False
    return state in trigger.stop_after
