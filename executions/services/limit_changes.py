"""What follows from quotas and switches besides what they keep out: who goes on, who is stopped.

Everything here asks what is missing, and may run twice: once in the transaction of a change, and
again by the sweep, which finds what a race or a lost bell has left.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import connection

from downbeat.common.scope import tenant_scope
from executions.runtime.admission_quotas import COUNTED, tell_those_that_fit
from executions.runtime.inbox import Message, post_all
from tenants import facade as tenants
from tenants.ceilings import Running, Switch
from tenants.contracts import LimitsChanged

MOST: Final = 1000
_WAITING: Final = """
select id from execution
 where tenant_id = %s and state = 'QUEUED' and ended_at is null
   and reason ->> 'code' = any(%s)
 order by id limit %s
"""
_UNBOUND: Final = """
select id from execution
 where tenant_id = %s and state = 'QUEUED' and ended_at is null
   and reason ->> 'code' in ('quota', 'kill_switch', 'maintenance')
   and reason #>> '{blocker,id}' <> all(%s)
 order by id limit %s
"""
_PLACE: Final = """
   and case when %(flow)s <> '' then namespace = %(namespace)s and flow_id = %(flow)s
            when %(namespace)s <> '' then namespace = %(namespace)s
                 or starts_with(namespace, %(namespace)s || '.')
            else true end
"""
_TO_KILL: Final = f"""
select id from execution
 where tenant_id = %(tenant)s and ended_at is null and kill_requested_at is null
   and state = any(array['RUNNING', 'PAUSED', 'RETRYING', 'RESTARTED']) {_PLACE}
 order by id limit %(most)s
"""
_PAUSE: Final = f"""
insert into switch_pause (tenant_id, execution_id, switch_id)
select tenant_id, id, %(switch)s from execution
 where tenant_id = %(tenant)s and ended_at is null and pause_requested_at is null
   and kill_requested_at is null and state = 'RUNNING' {_PLACE}
 order by id limit %(most)s
on conflict (tenant_id, execution_id) do update set switch_id = excluded.switch_id
returning execution_id
"""
_LIFTED: Final = """
delete from switch_pause where tenant_id = %s and switch_id <> all(%s) returning execution_id
"""


def on_limits_changed(event: LimitsChanged) -> None:
    """Those that wait look again, and a switch takes hold; inside the tenant's scope.

    The limits are not read through what processes remember: this transaction may be undone.
    """
    codes = ["quota", "kill_switch", "maintenance"]
    waiting = _ids(_WAITING, [event.tenant_id, codes, MOST])
    post_all(event.tenant_id, ((id, Message.RELEASED, {}) for id in waiting), ring=True)
    enforce(event.tenant_id, tenants.switches_on())


def enforce(tenant_id: UUID, switches: Iterable[Switch]) -> None:
    """Stops or pauses what runs under a switch, and resumes what a lifted one has paused."""
    on = list(switches)
    for switch in on:
        if switch.running is Running.KILL:
            _kill(tenant_id, switch)
        elif switch.running is Running.PAUSE:
            ids = _ids(_PAUSE, _facts(tenant_id, switch))
            post_all(tenant_id, ((id, Message.PAUSE, {}) for id in ids), ring=True)
    kept = [one.id for one in on if one.running is Running.PAUSE]
    lifted = _ids(_LIFTED, [tenant_id, kept])
    post_all(tenant_id, ((id, Message.RESUME, {"lifted": True}) for id in lifted), ring=True)


def sweep() -> None:
    """One round over the tenants that have limits: dates of switches, races, lost bells."""
    tenants.turn_by_date()
    for tenant_id in tenants.bounded_tenants():
        with tenant_scope(tenant_id):
            limits = tenants.limits_now()
            ceilings = limits.any_of(*COUNTED)
            tell_those_that_fit(tenant_id, ceilings)
            known = [str(one.id) for one in ceilings] + [str(one.id) for one in limits.switches]
            gone = _ids(_UNBOUND, [tenant_id, known, MOST])
            post_all(tenant_id, ((id, Message.RELEASED, {}) for id in gone), ring=True)
            enforce(tenant_id, limits.switches)


def _kill(tenant_id: UUID, switch: Switch) -> None:
    payload = {"cascade": True, "by": switch.text}
    ids = _ids(_TO_KILL, _facts(tenant_id, switch))
    post_all(tenant_id, ((id, Message.KILL, payload) for id in ids), ring=True)


def _facts(tenant_id: UUID, switch: Switch) -> dict[str, Any]:
    return {
        "tenant": tenant_id,
        "switch": switch.id,
        "namespace": switch.namespace,
        "flow": switch.flow_id,
        "most": MOST,
    }


def _ids(statement: str, facts: Any) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return [row[0] for row in cursor.fetchall()]
