"""What namespaces have in this app goes with them when they move: executions, triggers, lineage.

Whole tables at a time, for a namespace may have millions of executions. What an execution left
keeps its address, and what was sealed names the path of then; both lead to the namespace as long
as the old path is its own, which `keep_former_path` holds on to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from executions.runtime.folders import folder_of_flow
from executions.runtime.remains import remove_files
from executions.runtime.sql import rows
from executions.services.errors import NamespaceBusy
from executions.triggering import sync
from executions.triggering.families import Family
from flows.contracts import FlowPublished
from tenants.access import require
from tenants.contracts import (
    FormerPathEnding,
    NamespaceLeaving,
    NamespaceMovePlanned,
    NamespaceMoving,
)
from tenants.life_errors import PathBorne

SKEW: Final = timedelta(minutes=1)
"""How far the clocks of those who start executions may be apart."""

_LOCK: Final = """
select id from trigger_state where tenant_id = %s and namespace_id = any(%s) order by id for update
"""
# Tasks may run after the end of their execution.
_LIVE: Final = """
select (select count(*) from execution
         where tenant_id = %(tenant)s and namespace_id = any(%(ids)s)
           and (ended_at is null
                or id in (select execution_id from task_run
                           where tenant_id = %(tenant)s and ended_at is null))),
       (select count(*) from trigger_state
         where tenant_id = %(tenant)s and namespace_id = any(%(ids)s) and lease_until > now())
"""
_COUNTS: Final = """
select (select count(*) from execution where tenant_id = %(tenant)s and namespace_id = any(%(ids)s)),
       (select count(*) from trigger_state
         where tenant_id = %(tenant)s and namespace_id = any(%(ids)s))
"""
_WEBHOOKS: Final = """
select namespace, flow_id, trigger_id from trigger_state
 where tenant_id = %s and namespace_id = any(%s) and family = %s order by 1, 2, 3
"""
_M: Final = "unnest(%(ids)s::uuid[], %(olds)s::text[], %(news)s::text[]) as m(id, old, new)"
_BY_ID: Final = ("trigger_state", "asset_use", "lineage_edge")
_BY_PATH: Final = ("task_cache", "log_use", "execution_start", "connection_check")
_KEYED: Final = ("task_cache", "log_use")
"""Tables in which a namespace that was deleted may have left rows at the new path."""
_MOVE_BY_ID: Final = (
    f"update {{table}} t set namespace = m.new from {_M}"
    " where t.tenant_id = %(tenant)s and t.namespace_id = m.id"
)
_MOVE_BY_PATH: Final = (
    f"update {{table}} t set namespace = m.new from {_M}"
    " where t.tenant_id = %(tenant)s and t.namespace = m.old"
)
_CLEAR: Final = "delete from {table} where tenant_id = %(tenant)s and namespace = any(%(news)s)"
# Also what they were told of the one that caused them: a replay is told it again.
_EXECUTIONS: Final = f"""
update execution e
   set namespace = m.new,
       trigger = coalesce(
           (select jsonb_set(e.trigger, '{{variables,namespace}}', to_jsonb(c.new))
              from unnest(%(olds)s::text[], %(news)s::text[]) as c(old, new)
             where c.old = e.trigger -> 'variables' ->> 'namespace'), e.trigger)
  from {_M}
 where e.tenant_id = %(tenant)s and e.namespace_id = m.id
"""
_LISTENING: Final = """
select t.flow_uid, t.namespace_id, t.namespace, t.flow_id, max(t.revision)
  from trigger_state t where t.tenant_id = %s and t.namespace_id = any(%s)
 group by 1, 2, 3, 4 order by 3, 4
"""
_FLOWS: Final = """
select distinct namespace, flow_id from execution
 where tenant_id = %s and namespace_id = any(%s)
"""
_FROM_BEFORE: Final = """
select exists (select 1 from execution
                where tenant_id = %(tenant)s and (%(id)s::uuid is null or namespace_id = %(id)s)
                  and id < executions_first_id(%(before)s))
    or exists (select 1 from execution
                where tenant_id = %(tenant)s and (%(id)s::uuid is null or namespace_id = %(id)s)
                  and original_id < executions_first_id(%(before)s))
"""


def lock(event: NamespaceLeaving) -> None:
    """Nothing fires there until the move is over; what was about to has done so."""
    rows(_LOCK, [event.tenant_id, list(event.places)])


def plan(event: NamespaceMovePlanned) -> None:
    """Refuses while anything runs there; else says how much goes along, and which addresses change."""
    _refuse_live(event.tenant_id, event.places)
    ids = list(event.places)
    ((executions, triggers),) = rows(_COUNTS, {"tenant": event.tenant_id, "ids": ids})
    if executions:
        require(event.actor, "execution.delete", ids[0])
    event.report.counts |= {"executions": executions, "triggers": triggers}
    found = rows(_WEBHOOKS, [event.tenant_id, ids, Family.WEBHOOK.value])
    event.report.webhooks += [
        (event.moves[namespace], flow_id, trigger_id) for namespace, flow_id, trigger_id in found
    ]


def follow(event: NamespaceMoving) -> None:
    """Writes the new paths down, and lets triggers listen and poll as their sources now say."""
    facts: dict[str, Any] = {
        "tenant": event.tenant_id,
        "ids": list(event.places),
        "olds": list(event.places.values()),
        "news": [event.moves[path] for path in event.places.values()],
    }
    caches = rows(_FLOWS, [event.tenant_id, list(event.places)])
    with connection.cursor() as cursor:
        cursor.execute(_EXECUTIONS, facts)
        for table in _BY_ID:
            cursor.execute(_MOVE_BY_ID.format(table=table), facts)
        for table in _KEYED:
            cursor.execute(_CLEAR.format(table=table), facts)
        for table in _BY_PATH:
            cursor.execute(_MOVE_BY_PATH.format(table=table), facts)
    # Its rows are locked now: what came to life since it was asked first would be seen here.
    _refuse_live(event.tenant_id, event.places)
    _listen(event)
    _drop_caches(event.tenant_id, caches)


def keep_former_path(event: FormerPathEnding) -> None:
    """Executions from before the move have files and sealed texts that name the path, and so have
    those that were replayed from them. Of a namespace that is gone, any may be one of them."""
    facts: dict[str, Any] = {
        "tenant": event.tenant_id,
        "id": event.namespace_id,
        "before": event.moved_at + SKEW,
    }
    ((needed,),) = rows(_FROM_BEFORE, facts)
    if needed:
        raise PathBorne(path=event.path)


def _refuse_live(tenant_id: UUID, places: Mapping[UUID, str]) -> None:
    facts: dict[str, Any] = {"tenant": tenant_id, "ids": list(places)}
    ((executions, triggers),) = rows(_LIVE, facts)
    if executions or triggers:
        namespace = next(iter(places.values()))
        raise NamespaceBusy(namespace=namespace, executions=executions, triggers=triggers)


def _listen(event: NamespaceMoving) -> None:
    for uid, namespace_id, namespace, flow_id, revision in rows(
        _LISTENING, [event.tenant_id, list(event.places)]
    ):
        published = FlowPublished(
            tenant_id=event.tenant_id,
            uid=uid,
            namespace_id=namespace_id,
            namespace=namespace,
            flow_id=flow_id,
            revision=revision,
            disabled=False,
        )
        sync.on_published(published)


def _drop_caches(tenant_id: UUID, flows: list[tuple[Any, ...]]) -> None:
    """What directories of flows keep from run to run is made anew; kept, it would bear the old path."""
    for namespace, flow_id in flows:
        folder = f"{folder_of_flow(namespace, flow_id)}/cache"
        transaction.on_commit(partial(remove_files, tenant_id, folder))
