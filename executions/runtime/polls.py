"""Polls of triggers: claimed by lease as attempts are, and finished in one transaction.

A poll's key names the trigger instead of a task run and has the number 0. What it found, and the
state for the next poll, are stored together with the executions that it starts; the same cause
never starts a second one, because its key is unique per trigger.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, connections

from downbeat.common import clock
from downbeat.common.scope import tenant_scope
from downbeat.sdk.context import RunInfo
from downbeat.sdk.trigger import Trigger
from executions.runtime.identity import Rhythm, WorkerIdentity
from executions.services.creation import text
from executions.triggering import firing, judging
from executions.triggering.context import trigger_context
from executions.worker.work import AttemptKey, AttemptResult, Ending, Work
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.spec.expressions import ExpressionError
from tenants import facade as tenants

log = logging.getLogger(__name__)

NOWHERE: Final = UUID(int=0)
LEAST_PAUSE: Final = timedelta(milliseconds=200)
AFTERWARDS: Final = frozenset({"inputs", "labels", "conditions", "when"})
"""Properties that see what the poll has found, so that they are rendered when it fires."""

_CLAIM: Final = """
with due as (
    select id from trigger_state
     where family = 'poll' and coalesce(worker_group, 'default') = %(group)s
       and not disabled and not source_disabled and next_at <= now()
       and (lease_until is null or lease_until < now()) and tenant_id <> all(%(resting)s)
     order by next_at
     limit %(limit)s
     for update skip locked
)
update trigger_state t
   set lease_epoch = t.lease_epoch + 1, worker_id = %(worker)s,
       lease_until = clock_timestamp() + %(lease)s
  from due where t.id = due.id
returning t.tenant_id, t.id, t.lease_epoch, t.flow_uid, t.revision, t.trigger_id, t.state
"""

_TAKEN: Final = """
select tenant_id, id, lease_epoch, flow_uid, revision, trigger_id, state from trigger_state
 where tenant_id = %s and id = any(%s)
"""

_NEXT: Final = """
select extract(epoch from min(greatest(next_at, coalesce(lease_until, next_at))) - now())
  from trigger_state
 where family = 'poll' and coalesce(worker_group, 'default') = %s
   and not disabled and not source_disabled and next_at is not null and tenant_id <> all(%s)
"""

_HELD: Final = """
select flow_uid, revision, trigger_id from trigger_state
 where tenant_id = %s and id = %s and lease_epoch = %s for update
"""

_FINISH: Final = """
update trigger_state
   set lease_until = null, worker_id = null, evaluated_at = now(), updated_at = now(),
       next_at = now() + %(pause)s, state = coalesce(%(state)s::jsonb, state),
       error = %(error)s, last_at = case when %(fired)s then now() else last_at end
 where tenant_id = %(tenant)s and id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class DuePolls:
    """Polls to run now, and in how many seconds the next is due (None: there is none)."""

    works: tuple[Work, ...]
    next_in: float | None


def is_poll(key: AttemptKey) -> bool:
    """Whether the key names a poll."""
    return key.number == 0


@dataclass(frozen=True, slots=True)
class ClaimedPolls:
    """Polls under a lease as their rows say, and in how many seconds the next is due."""

    rows: Sequence[tuple[Any, ...]]
    next_in: float | None

    @property
    def keys(self) -> list[AttemptKey]:
        """What names them."""
        return [_key(row) for row in self.rows]


def claim(worker: WorkerIdentity, *, limit: int, rhythm: Rhythm) -> DuePolls:
    """Claims the polls of the worker's group that are due, with all that their runs need."""
    found = take(worker, limit=limit, rhythm=rhythm)
    return DuePolls(_works(found.rows), found.next_in)


def works_of(tenant_id: UUID, keys: Sequence[AttemptKey]) -> tuple[Work, ...]:
    """The work of polls that were claimed for a worker far away; inside no scope."""
    with tenant_scope(tenant_id), connection.cursor() as cursor:
        cursor.execute(_TAKEN, [tenant_id, [key.task_run_id for key in keys]])
        rows = [row for row in cursor.fetchall() if _key(row) in keys]
    return _works(rows)


def take(worker: WorkerIdentity, *, limit: int, rhythm: Rhythm) -> ClaimedPolls:
    """Claims the polls of the worker's group that are due; one or two statements."""
    resting = list(tenants.resting())
    facts: dict[str, Any] = {
        "group": worker.group,
        "resting": resting,
        "limit": limit,
        "worker": worker.id,
        "lease": rhythm.lease,
    }
    with connections["system"].cursor() as cursor:
        rows: Sequence[tuple[Any, ...]] = ()
        if limit > 0:
            cursor.execute(_CLAIM, facts)
            rows = cursor.fetchall()
        cursor.execute(_NEXT, [worker.group, resting])
        (next_in,) = cursor.fetchone()
    return ClaimedPolls(rows, None if next_in is None else max(0.0, float(next_in)))


def _works(rows: Sequence[tuple[Any, ...]]) -> tuple[Work, ...]:
    return tuple(work for row in rows if (work := _work(row)) is not None)


def _key(row: tuple[Any, ...]) -> AttemptKey:
    return AttemptKey(row[0], NOWHERE, row[1], 0, row[2])


def finish(result: AttemptResult) -> tuple[UUID, ...]:
    """Stores what a poll found and starts its executions; returns those that began.

    A poll whose lease is over changes nothing.
    """
    key = result.key
    with tenant_scope(key.tenant_id):
        with connection.cursor() as cursor:
            cursor.execute(_HELD, [key.tenant_id, key.task_run_id, key.epoch])
            row = cursor.fetchone()
        if row is None:
            return ()
        flow_uid, number, trigger_id = row
        revision = flows.by_uid(key.tenant_id, flow_uid, number)
        trigger = firing.trigger_of(revision, trigger_id)
        succeeded = result.ending in (Ending.SUCCESS, Ending.WARNING)
        found = result.outputs if succeeded else {}
        causes = [
            cause
            for item in found.get("fired") or ()
            if _allowed(revision, trigger, cause := _cause(item, result.log_file))
        ]
        fired = [firing.fire(revision, trigger, key.task_run_id, cause) for cause in causes]
        started = [id for id in fired if isinstance(id, UUID)]
        again = bool(found.get("more"))
        pause = (
            timedelta(0) if again else max(LEAST_PAUSE, getattr(trigger, "interval", LEAST_PAUSE))
        )
        refused = next((one.message for one in fired if isinstance(one, firing.Refused)), None)
        _close(result, found=found, pause=pause, fired=bool(started), error=refused)
        return tuple(started)


def _close(
    result: AttemptResult,
    *,
    found: Mapping[str, Any],
    pause: timedelta,
    fired: bool,
    error: str | None,
) -> None:
    state = found.get("state")
    facts: dict[str, Any] = {
        "tenant": result.key.tenant_id,
        "id": result.key.task_run_id,
        "pause": pause,
        "state": None if state is None else text(state),
        "error": error or (result.error if result.ending is Ending.FAILED else None),
        "fired": fired,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FINISH, facts)


def _allowed(revision: RevisionRef, trigger: Trigger, cause: firing.FiringCause) -> bool:
    """Whether the trigger's conditions hold for what was found; what cannot be judged may not."""
    context = trigger_context(revision, trigger=cause.variables)
    try:
        return judging.allows(revision, trigger, context, date=clock.now())
    except ExpressionError as problem:
        log.warning("a condition of trigger %s cannot be rendered: %s", trigger.id, problem)
        return False


def _cause(item: Mapping[str, Any], log_file: str | None) -> firing.FiringCause:
    return firing.FiringCause(
        key=str(item["key"]),
        variables=item.get("variables") or {},
        inputs=item.get("inputs") or {},
        log_file=log_file,
    )


def _work(row: tuple[Any, ...]) -> Work | None:
    tenant_id, id, epoch, flow_uid, number, trigger_id, state = row
    try:
        revision = flows.by_uid(tenant_id, flow_uid, number)
        trigger = firing.trigger_of(revision, trigger_id)
        with tenant_scope(tenant_id):
            context = trigger_context(revision)
    except LookupError:
        log.warning("trigger %s of flow %s is not in revision %d", trigger_id, flow_uid, number)
        return None
    return Work(
        key=_key(row),
        info=RunInfo(
            tenant=str(tenant_id),
            namespace=revision.namespace,
            flow_id=revision.flow_id,
            execution_id="",
            task_id=trigger_id,
            task_run_id=str(id),
            attempt=1,
            fence=epoch,
        ),
        kind="poll",
        type_name=trigger.type_name,
        task={name: value for name, value in trigger.raw.items() if name not in AFTERWARDS},
        context=context,
        log_level=trigger.log_level,
        log_to_file=trigger.log_to_file,
        remembered=_decoded(state),
    )


def _decoded(state: Any) -> Mapping[str, Any]:
    import orjson

    found = orjson.loads(state) if isinstance(state, str | bytes) else state
    return found or {}
