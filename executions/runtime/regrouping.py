"""Moves what waits into the queue that its key means now.

A tenant may make a group of its own under a key that its flows name already, or that the instance
has; from then on the key means the tenant's. What waits under the plain key moves with it: at once
when the group is made, and by the sweep if it was put there by a process that did not know yet.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import connection, connections

from downbeat.common.scope import tenant_scope
from executions.runtime import queues

SYSTEM: Final = "system"

_ASTRAY: Final = """
select g.tenant_id, g.key, g.queue from worker_group g
 where g.tenant_id is not null
   and (exists (select 1 from attempt a where a.worker_group = g.key and a.state = 'QUEUED'
                   and a.tenant_id = g.tenant_id)
     or exists (select 1 from trigger_state t where t.tenant_id = g.tenant_id
                   and coalesce(t.worker_group, 'default') = g.key)
     or exists (select 1 from connection_check c where c.tenant_id = g.tenant_id
                   and c.worker_group = g.key and c.ended_at is null))
"""
_ATTEMPTS: Final = """
update attempt set worker_group = %(queue)s
 where tenant_id = %(tenant)s and worker_group = %(key)s and state = 'QUEUED'
returning 'attempt', execution_id
"""
_POLLS: Final = """
update trigger_state set worker_group = %(queue)s
 where tenant_id = %(tenant)s and coalesce(worker_group, 'default') = %(key)s
returning 'schedule', id
"""
_CHECKS: Final = """
update connection_check set worker_group = %(queue)s
 where tenant_id = %(tenant)s and worker_group = %(key)s and ended_at is null
returning 'attempt', id
"""


def follow(tenant_id: UUID, key: str, queue: str) -> None:
    """What a tenant has waiting under a key goes to that queue; a running poll ends where it is."""
    facts: dict[str, Any] = {"tenant": tenant_id, "key": key, "queue": queue}
    moved: list[tuple[str, UUID]] = []
    with tenant_scope(tenant_id), connection.cursor() as cursor:
        for statement in (_ATTEMPTS, _POLLS, _CHECKS):
            cursor.execute(statement, facts)
            moved += cursor.fetchall()
        for kind, id in moved:
            queues.ring(kind, tenant_id, id, queue=queue)


def sweep() -> None:
    """Finds what went astray while a process did not know of a new group."""
    with connections[SYSTEM].cursor() as cursor:
        cursor.execute(_ASTRAY)
        astray = cursor.fetchall()
    for tenant_id, key, queue in astray:
        follow(tenant_id, key, queue)
