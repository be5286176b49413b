"""Passes over polls that wait for a worker group of which no worker lives, if they do not want to.

Part of the sweep, beside what is done for attempts. With the fallback FAIL the trigger shows why it
did not poll, as after a poll that failed; with CANCEL the poll is left out without a word. Either
way the trigger tries again after its interval.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, connections

from downbeat.common.scope import tenant_scope
from executions.runtime.identity import Rhythm
from executions.runtime.placement import FAIL, WAIT
from executions.triggering import firing
from flows import facade as flows

log = logging.getLogger(__name__)

SYSTEM: Final = "system"
BATCH: Final = 500

_UNSERVED: Final = """
select tenant_id, id, flow_uid, revision, trigger_id, worker_group, lease_epoch
  from trigger_state t
 where family = 'poll' and worker_group is not null and not disabled and not source_disabled
   and next_at < now() - %(patience)s::interval and (lease_until is null or lease_until < now())
   and not exists (select 1 from worker w
                    where w.worker_group = t.worker_group and w.stopped_at is null
                      and w.heartbeat_at > now() - %(late)s::interval)
 order by next_at limit %(limit)s
"""
_LEAVE_OUT: Final = """
update trigger_state
   set next_at = now() + %s, evaluated_at = now(), updated_at = now(), error = %s
 where tenant_id = %s and id = %s and lease_epoch = %s
   and (lease_until is null or lease_until < now())
"""


def pass_over(rhythm: Rhythm) -> int:
    """Passes over them; how many."""
    facts: dict[str, Any] = {
        "patience": rhythm.sweep,
        "late": rhythm.lease * 2,
        "limit": BATCH,
    }
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_UNSERVED, facts)
        found = cursor.fetchall()
    return sum(_pass_over(*row) for row in found)


def _pass_over(
    tenant_id: UUID, id: UUID, flow_uid: UUID, number: int, name: str, group: str, epoch: int
) -> bool:
    try:
        revision = flows.by_uid(tenant_id, flow_uid, number)
        trigger = firing.trigger_of(revision, name)
    except LookupError:
        log.warning("trigger %s of flow %s is not in revision %d", name, flow_uid, number)
        return False
    wanted = trigger.worker_group or revision.spec.worker_group
    if wanted is None or wanted.fallback == WAIT:
        return False
    pause: timedelta = getattr(trigger, "interval", timedelta(minutes=1))
    error = f"No worker of the group {group} is alive." if wanted.fallback == FAIL else None
    with tenant_scope(tenant_id), connection.cursor() as cursor:
        facts: list[Any] = [pause, error, tenant_id, id, epoch]
        cursor.execute(_LEAVE_OUT, facts)
        return bool(cursor.rowcount)
