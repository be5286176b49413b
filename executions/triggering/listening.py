"""Keeps what each trigger listens to beside its row, so that a change finds its listeners by index."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db import Error, connection, connections

from downbeat.common.scope import tenant_scope
from downbeat.sdk.trigger import Trigger
from executions.services.creation import text
from executions.triggering import firing
from executions.triggering.families import Family, family_of
from executions.triggering.interests import Interest, interests
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.plugins.core.triggers import Flow

log = logging.getLogger(__name__)

_FORGET: Final = "delete from trigger_listener where tenant_id = %s and trigger_state_id = %s"
_LISTEN: Final = """
insert into trigger_listener (tenant_id, trigger_state_id, place, namespace, flow_id, prefix,
    states, own_namespace, own_flow_id, own)
select %(tenant)s, %(id)s, l.place, l.namespace, l.flow_id, l.prefix, l.states, %(namespace)s,
       %(flow_id)s, l.own
  from jsonb_to_recordset(%(records)s::jsonb) as l(place int, namespace text, flow_id text,
       prefix text, states text[], own boolean)
"""
_DEAF: Final = """
select t.tenant_id, t.id, t.flow_uid, t.revision, t.trigger_id from trigger_state t
 where t.family = 'flow' and not t.source_disabled
   and not exists (select from trigger_listener l
                    where l.tenant_id = t.tenant_id and l.trigger_state_id = t.id)
"""


def listen(revision: RevisionRef, trigger: Trigger, id: UUID, *, disabled: bool) -> None:
    """Replaces what a trigger listens to; inside the tenant's scope."""
    records = [] if disabled else list(_records(revision, trigger))
    facts: dict[str, Any] = {
        "tenant": revision.tenant_id,
        "id": id,
        "namespace": revision.namespace,
        "flow_id": revision.flow_id,
        "records": text([{"place": place, **item} for place, item in enumerate(records)]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [revision.tenant_id, id])
        if records:
            cursor.execute(_LISTEN, facts)


def _records(revision: RevisionRef, trigger: Trigger) -> Iterator[dict[str, Any]]:
    if isinstance(trigger, Flow):
        for interest in interests(trigger):
            yield _record(interest, trigger.states, own=False)
    # A schedule knows its execution and stops by itself; the others listen to what they started.
    if trigger.stop_after and family_of(trigger) is not Family.SCHEDULE:
        own = Interest(revision.namespace, revision.flow_id)
        yield _record(own, trigger.stop_after, own=True)


def _record(interest: Interest, states: tuple[str, ...], *, own: bool) -> dict[str, Any]:
    return {
        "namespace": interest.namespace,
        "flow_id": interest.flow_id,
        "prefix": interest.prefix,
        "states": list(states),
        "own": own,
    }


def listen_again() -> int:
    """Makes flow triggers listen that do not, as those of an older database; returns how many."""
    with connections["system"].cursor() as cursor:
        cursor.execute(_DEAF)
        rows = cursor.fetchall()
    for tenant_id, id, uid, number, trigger_id in rows:
        try:
            with tenant_scope(tenant_id):
                revision = flows.by_uid(tenant_id, uid, number)
                listen(revision, firing.trigger_of(revision, trigger_id), id, disabled=False)
        except Error:
            raise
        except Exception:
            log.exception("trigger %s of flow %s cannot listen", trigger_id, uid)
    return len(rows)
