"""Keeps the rows of triggers equal to the triggers of each flow's current revision."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Final

import orjson
from django.db import connection

from downbeat.common import clock
from downbeat.sdk.trigger import Trigger
from executions.runtime import queues
from executions.services.creation import text
from executions.triggering import listening, schedules, windows
from executions.triggering.context import trigger_context
from executions.triggering.families import Family, family_of
from executions.triggering.rendering import rendered
from flows import facade as flows
from flows.contracts import FlowDeleted, FlowPublished, RevisionRef
from flows.spec.expressions import ExpressionError
from tenants import facade as tenants
from tenants.contracts import NamespacePlaced

log = logging.getLogger(__name__)

_KNOWN: Final = """
select trigger_id, id, spec, next_at, source_disabled, backfill from trigger_state
 where tenant_id = %s and flow_uid = %s for no key update
"""
_UPSERT: Final = """
insert into trigger_state as t (id, tenant_id, namespace_id, namespace, flow_id, flow_uid, revision,
    trigger_id, type, family, spec, source_disabled, disabled, next_at, worker_group, lease_epoch,
    version)
values (%(id)s, %(tenant)s, %(namespace_id)s, %(namespace)s, %(flow_id)s, %(flow_uid)s,
    %(revision)s, %(trigger_id)s, %(type)s, %(family)s, %(spec)s::jsonb, %(source_disabled)s, false,
    %(next_at)s, %(worker_group)s, 0, 0)
on conflict (tenant_id, namespace, flow_id, trigger_id) do update
   set flow_uid = excluded.flow_uid, revision = excluded.revision, type = excluded.type,
       family = excluded.family, spec = excluded.spec, next_at = excluded.next_at,
       source_disabled = excluded.source_disabled, worker_group = excluded.worker_group,
       backfill = case when t.spec = excluded.spec then t.backfill end, error = null,
       version = t.version + 1, updated_at = now()
returning id
"""
_REMOVE: Final = """
delete from trigger_state
 where tenant_id = %s and namespace = %s and flow_id = %s and not (trigger_id = any(%s))
"""
_BELOW: Final = """
select id, flow_uid, revision, trigger_id from trigger_state
 where tenant_id = %(tenant)s and family = 'poll'
   and (namespace = %(path)s or starts_with(namespace, %(path)s || '.'))
"""
_PLACE: Final = """
update trigger_state set worker_group = %(group)s
 where tenant_id = %(tenant)s and id = %(id)s and worker_group is distinct from %(group)s
"""


def on_published(event: FlowPublished) -> None:
    """A flow has a new revision: its triggers become the flow's triggers."""
    found = flows.published(event.tenant_id, event.namespace, event.flow_id)
    if found is None:
        return
    triggers = found.spec.triggers
    with connection.cursor() as cursor:
        kept = [trigger.id for trigger in triggers]
        cursor.execute(_REMOVE, [event.tenant_id, event.namespace, event.flow_id, kept])
        cursor.execute(_KNOWN, [event.tenant_id, event.uid])
        known = {row[0]: row[1:] for row in cursor.fetchall()}
    for trigger in triggers:
        _put(found, trigger, known.get(trigger.id))


def on_deleted(event: FlowDeleted) -> None:
    """A flow is gone: so are its triggers."""
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, [event.tenant_id, event.namespace, event.flow_id, []])


def on_placed(event: NamespacePlaced) -> None:
    """Another group works for a namespace: the polls there go to it. One that runs ends where it is."""
    with connection.cursor() as cursor:
        cursor.execute(_BELOW, {"tenant": event.tenant_id, "path": event.path})
        for id, uid, number, trigger_id in cursor.fetchall():
            revision = flows.by_uid(event.tenant_id, uid, number)
            trigger = next((one for one in revision.spec.triggers if one.id == trigger_id), None)
            if trigger is None:
                continue
            group = _group(revision, trigger)
            cursor.execute(_PLACE, {"tenant": event.tenant_id, "id": id, "group": group})
            if cursor.rowcount:
                queue = group or queues.DEFAULT
                queues.ring("schedule", event.tenant_id, id, queue=queue)


def _put(revision: RevisionRef, trigger: Trigger, known: tuple[Any, ...] | None) -> None:
    from downbeat.common.models import uuid7

    family = family_of(trigger)
    disabled = trigger.disabled or revision.disabled
    id, group = known[0] if known else uuid7(), _group(revision, trigger)
    facts = {
        "id": id,
        "tenant": revision.tenant_id,
        "namespace_id": revision.namespace_id,
        "namespace": revision.namespace,
        "flow_id": revision.flow_id,
        "flow_uid": revision.uid,
        "revision": revision.revision,
        "trigger_id": trigger.id,
        "type": trigger.type,
        "family": family.value,
        "spec": text(trigger.raw),
        "source_disabled": disabled,
        "next_at": _next_at(trigger, family, known, disabled=disabled),
        "worker_group": group,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, facts)
    if known is not None and not _same(known[1], trigger):
        windows.forget(revision.tenant_id, id)
    listening.listen(revision, trigger, id, disabled=disabled)
    if family in (Family.POLL, Family.SCHEDULE) and not disabled:
        queues.ring("schedule", revision.tenant_id, id, queue=group or queues.DEFAULT)


def _group(revision: RevisionRef, trigger: Trigger) -> str | None:
    """The group whose workers poll: the trigger's own, the flow's, the namespace's, the default."""
    wanted = trigger.worker_group or revision.spec.worker_group
    if wanted is not None:
        try:
            return _queue(revision, str(rendered(wanted.key, trigger_context(revision))))
        except ExpressionError as problem:
            log.warning("the workerGroup of trigger %s cannot be rendered: %s", trigger.id, problem)
    place = tenants.namespace(revision.namespace)
    return _queue(revision, place.worker_group if place else None)


def _queue(revision: RevisionRef, key: str | None) -> str | None:
    """The queue of a key; the instance's default group is the one that has no name here."""
    queue = queues.queue_for(revision.tenant_id, key or queues.DEFAULT)
    return None if queue == queues.DEFAULT else queue


def _next_at(
    trigger: Trigger, family: Family, known: tuple[Any, ...] | None, *, disabled: bool
) -> datetime | None:
    """An unchanged trigger keeps its moment; a new, changed or re-enabled one looks from now.

    A backfill of an unchanged schedule goes on where it was.
    """
    if known is not None:
        _, spec, next_at, was_disabled, backfill = known
        unchanged = was_disabled == disabled or backfill is not None
        if unchanged and next_at is not None and _same(spec, trigger):
            kept: datetime = next_at
            return kept
    match family:
        case Family.POLL:
            return clock.now()
        case Family.SCHEDULE:
            return schedules.first_date(trigger, clock.now())
        case Family.WEBHOOK | Family.FLOW | Family.REALTIME:
            return None


def _same(spec: Any, trigger: Trigger) -> bool:
    stored = orjson.loads(spec) if isinstance(spec, str | bytes) else spec
    return bool(stored == orjson.loads(text(trigger.raw)))
