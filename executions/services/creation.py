"""Writes new executions: the row and the message that brings it to life, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from downbeat.common import clock, doorbell, events
from executions.contracts import Cause, Started
from executions.engine.rules.breaking import BREAKPOINTS
from executions.engine.rules.ending import FAILURE
from executions.runtime import queues
from executions.runtime.plans import namespace_of
from executions.runtime.store_statements import TELL_TRIGGERS
from executions.services import start_limits
from executions.services.errors import NamespaceMoved
from executions.services.labels import as_json
from flows.contracts import RevisionRef

DEFAULT_GROUP: Final = "default"

# It holds the namespace where it is until the commit: of one that has moved meanwhile there is no
# row, and nothing is inserted.
_INSERT: Final = """
insert into execution (id, tenant_id, namespace_id, namespace, flow_id, flow_uid, revision, state,
    histories, inputs, variables, labels, trigger, trigger_id, parent_id, parent_task_run_id,
    original_id, replay_of, attempt_number, kind, scheduled_at, priority, worker_group, breakpoints,
    progress, facts, seq, created_at)
select %(id)s, %(tenant)s, place.id, place.path, %(flow_id)s, %(flow_uid)s, %(revision)s,
    %(state)s, %(histories)s::jsonb, %(inputs)s::jsonb, '{}', %(labels)s::jsonb,
    %(trigger)s::jsonb, %(trigger_id)s, %(parent_id)s, %(parent_task_run_id)s, %(original_id)s,
    %(replay_of)s, %(attempt_number)s, %(kind)s, %(scheduled_at)s, 0, %(worker_group)s,
    %(breakpoints)s::jsonb, %(progress)s::jsonb, %(facts)s::jsonb, 0, %(created_at)s
  from (select id, path from tenants_namespace
         where tenant_id = %(tenant)s and id = %(namespace_id)s and path = %(namespace)s
           for key share) as place
"""
# The number by which what is remembered of the tenant's limits is known to hold comes back.
_BEGIN: Final = f"""
with born as ({_INSERT} returning tenant_id, id), told as (
    insert into inbox (tenant_id, execution_id, kind, payload)
    select tenant_id, id, %(message)s, %(payload)s::jsonb from born
)
select limits_version, exists (select from born) from tenants_tenant where id = %(tenant)s
"""
_END: Final = """
update execution set ended_at = created_at, error = %s where tenant_id = %s and id = %s
"""
_SAY: Final = """
insert into log_line (tenant_id, execution_id, attempt_number, epoch, seq, level, at, message)
values (%s, %s, 0, -1, %s, %s, now(), %s)
"""


@dataclass(frozen=True, slots=True)
class Beginning:
    """With what an execution begins, besides its inputs."""

    breakpoints: Sequence[Mapping[str, Any]] = ()
    failure: str | None = None
    """Why it is to fail before anything runs."""
    lines: Sequence[tuple[str, str]] = ()
    """Its first log lines: level and message."""
    progress: Mapping[str, Any] = field(default_factory=dict)
    agenda: Sequence[str] | None = None
    """The task runs with which it begins, if it starts in the middle."""


def create(
    started: Started,
    revision: RevisionRef,
    *,
    stored_inputs: Mapping[str, Any],
    beginning: Beginning = Beginning(),
) -> None:
    """Inserts the execution and rings for it after the commit; inside the tenant's scope.

    ``QuotaExceeded`` or ``StartsStopped`` where a limit refuses it, ``NamespaceMoved`` if it is where
    it was no more; then nothing was inserted.
    """
    agenda, points = beginning.agenda, beginning.breakpoints
    failure = {} if beginning.failure is None else {FAILURE: beginning.failure}
    facts = {
        **_identity(started, revision),
        "inputs": text(stored_inputs),
        "labels": text(as_json(started.labels)),
        "trigger": text(cause_json(started.cause)) if started.cause else None,
        "trigger_id": started.cause.id if started.cause else None,
        "breakpoints": text(list(points)) if points else None,
        "progress": text(beginning.progress),
        "facts": text({**failure, **({BREAKPOINTS: list(points)} if points else {})}),
        "histories": text([{"state": started.state, "date": clock.wire(started.created_at)}]),
        "message": "created" if agenda is None else "continue",
        "payload": text({} if agenda is None else {"agenda": [*agenda, None]}),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, facts)
        version, born = cursor.fetchone() or (0, False)
        if not born:
            raise NamespaceMoved(namespace=revision.namespace)
        start_limits.check(started, revision, version)
        for number, (level, message) in enumerate(beginning.lines):
            cursor.execute(_SAY, [revision.tenant_id, started.id, number, level, message])
    announce(started, revision.tenant_id, group=_group(revision))


def create_ended(started: Started, revision: RevisionRef, *, message: str) -> None:
    """Inserts an execution that is over already, with the reason as its only log line."""
    date = clock.wire(started.created_at)
    facts = {
        **_identity(started, revision),
        "inputs": "{}",
        "labels": text(as_json(started.labels)),
        "trigger": text(cause_json(started.cause)) if started.cause else None,
        "trigger_id": started.cause.id if started.cause else None,
        "breakpoints": None,
        "progress": "{}",
        "facts": "{}",
        "histories": text(
            [{"state": "CREATED", "date": date}, {"state": started.state, "date": date}]
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, facts)
        if not cursor.rowcount:
            raise NamespaceMoved(namespace=revision.namespace)
        cursor.execute(_END, [message, revision.tenant_id, started.id])
        cursor.execute(_SAY, [revision.tenant_id, started.id, 0, "ERROR", message])
        cursor.execute(TELL_TRIGGERS, _news(started, revision))
        if cursor.rowcount:
            doorbell.ring_triggers_on_commit(doorbell.Trigger.JUDGE)


def _news(started: Started, revision: RevisionRef) -> dict[str, Any]:
    """What triggers that listen are told of an execution that was over at once."""
    change = {
        "execution_id": started.id,
        "position": 1,
        "state": started.state,
        "namespace": started.namespace,
        "flow_id": started.flow_id,
    }
    return {"tenant": revision.tenant_id, "records": text([change])}


def announce(started: Started, tenant_id: UUID, *, group: str) -> None:
    """Rings for the execution and tells the streams, both after the commit."""
    doorbell.ring_on_commit("advance", tenant_id, started.id, group=group)
    data = {"id": str(started.id), "flowId": started.flow_id, "state": started.state}
    events.publish_on_commit(f"namespace:{started.namespace}", "execution.changed", data)


def cause_json(cause: Cause) -> dict[str, Any]:
    """A cause as it is stored and shown."""
    shown = {"id": cause.id, "type": cause.type, "variables": dict(cause.variables)}
    return shown | ({"logFile": cause.log_file} if cause.log_file else {})


def text(value: Any) -> str:
    """A value as JSON text for a jsonb column; zero bytes are not storable there."""
    return (
        orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode().replace("\\u0000", "\\ufffd")
    )


def _identity(started: Started, revision: RevisionRef) -> dict[str, Any]:
    return {
        "id": started.id,
        "tenant": revision.tenant_id,
        "namespace_id": revision.namespace_id,
        "namespace": revision.namespace,
        "flow_id": revision.flow_id,
        "flow_uid": revision.uid,
        "revision": revision.revision,
        "state": started.state,
        "parent_id": started.origin.parent_id,
        "parent_task_run_id": started.origin.parent_task_run_id,
        "original_id": started.origin.original_id or started.id,
        "replay_of": started.origin.replay_of,
        "attempt_number": started.origin.attempt_number,
        "kind": started.kind,
        "scheduled_at": started.scheduled_at,
        "created_at": started.created_at,
        "worker_group": _group(revision),
    }


def _group(revision: RevisionRef) -> str:
    """The group whose workers run the execution: its namespace's, else the default one."""
    place = namespace_of(revision.tenant_id, revision.namespace)
    group = (place.worker_group if place else None) or DEFAULT_GROUP
    return queues.engine_queue(queues.queue_for(revision.tenant_id, group))
