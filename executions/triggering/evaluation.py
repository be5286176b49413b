"""Evaluates one schedule that is due: fires, or not, and sets the next date, in one transaction.

Any number of schedulers may run. The row is taken with SKIP LOCKED and the key of a firing is the
logical date, so a date fires once, whoever comes first and however often they crash.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection, connections

from downbeat.common import faultpoints
from downbeat.common.scope import tenant_scope
from downbeat.sdk.labels import Label
from downbeat.sdk.trigger import Trigger
from executions.selectors.states import instant
from executions.services.creation import text
from executions.triggering import firing, judging, schedules
from executions.triggering.context import trigger_context
from executions.triggering.firing import FiringCause, Refused
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.spec.expressions import ExpressionError
from tenants import facade as tenants

log = logging.getLogger(__name__)

BATCH: Final = 200

_DUE: Final = """
select tenant_id, id from trigger_state
 where family = 'schedule' and not disabled and not source_disabled and next_at <= now()
   and execution_id is null and tenant_id <> all(%s)
   and (backfill is null or not coalesce((backfill->>'paused')::boolean, false))
 order by next_at limit %s
"""
_NEXT_IN: Final = """
select extract(epoch from min(next_at) - now()) from trigger_state
 where family = 'schedule' and not disabled and not source_disabled and next_at > now()
"""
_TAKE: Final = """
select flow_uid, revision, trigger_id, next_at, backfill, now() from trigger_state
 where tenant_id = %s and id = %s and next_at <= now() and not disabled and not source_disabled
   and execution_id is null
 for no key update skip locked
"""
_MOVE: Final = """
update trigger_state
   set next_at = %(next_at)s, backfill = %(backfill)s::jsonb, evaluated_at = now(),
       execution_id = coalesce(%(execution)s, execution_id), error = %(error)s,
       last_at = case when %(execution)s::uuid is null then last_at else now() end,
       updated_at = now()
 where tenant_id = %(tenant)s and id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A due schedule under our lock."""

    id: UUID
    revision: RevisionRef
    trigger: Trigger
    next_at: datetime
    backfill: dict[str, Any] | None
    now: datetime


@dataclass(frozen=True, slots=True)
class _Move:
    """Where the row stands afterwards."""

    next_at: datetime | None
    backfill: dict[str, Any] | None = None
    execution: UUID | None = None
    error: str | None = None


def evaluate_due() -> int:
    """Evaluates the schedules that are due; returns how many of them moved on.

    Those of a tenant that rests stay due: afterwards each recovers what it missed as it says.
    """
    with connections["system"].cursor() as cursor:
        cursor.execute(_DUE, [list(tenants.resting()), BATCH])
        rows = cursor.fetchall()
    moved = 0
    for tenant_id, id in rows:
        try:
            moved += evaluate(tenant_id, id)
        except Exception:
            log.exception("schedule %s could not be evaluated", id)
    return moved


def next_in() -> float | None:
    """Seconds until the next schedule is due; None when none is."""
    with connections["system"].cursor() as cursor:
        cursor.execute(_NEXT_IN)
        (seconds,) = cursor.fetchone()
    return None if seconds is None else float(seconds)


def evaluate(tenant_id: UUID, id: UUID) -> bool:
    """Evaluates one schedule, unless another scheduler holds it or was here already."""
    with tenant_scope(tenant_id):
        faultpoints.after_commit("schedule.after_commit")
        taken = _take(tenant_id, id)
        if taken is None:
            return False
        move = _backfilled(taken, taken.backfill) if taken.backfill else _scheduled(taken)
        facts = {
            "tenant": tenant_id,
            "id": id,
            "next_at": move.next_at,
            "backfill": text(move.backfill) if move.backfill else None,
            "execution": move.execution,
            "error": move.error,
        }
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, facts)
        faultpoints.passing("schedule.before_commit")
        return True


def _take(tenant_id: UUID, id: UUID) -> _Taken | None:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [tenant_id, id])
        row = cursor.fetchone()
    if row is None:
        return None
    uid, number, trigger_id, next_at, backfill, now = row
    revision = flows.by_uid(tenant_id, uid, number)
    trigger = firing.trigger_of(revision, trigger_id)
    stored = orjson.loads(backfill) if isinstance(backfill, str | bytes) else backfill
    return _Taken(id, revision, trigger, next_at, stored, now)


def _scheduled(taken: _Taken) -> _Move:
    def allowed(date: datetime) -> bool:
        return _allowed(taken, date)

    def on_dates(date: datetime) -> bool:
        return _allowed(taken, date, looking=True)

    try:
        due = schedules.due(taken.trigger, taken.next_at, taken.now, allowed, on_dates)
        if due.fire is None:
            return _Move(due.next_at)
        key = f"schedule:{due.fire.astimezone(UTC).isoformat()}"
        return _moved(due.next_at, _fire(taken, due.fire, key))
    except ExpressionError as problem:
        key = f"schedule:{taken.next_at.astimezone(UTC).isoformat()}"
        failed = firing.fail(taken.revision, taken.trigger, taken.id, key, str(problem))
        following = schedules.first_date(taken.trigger, taken.next_at)
        return _Move(following, execution=failed, error=str(problem))


def _backfilled(taken: _Taken, backfill: dict[str, Any]) -> _Move:
    """The ordinary schedule stands still until the last date of the backfill has fired."""
    date, end = taken.next_at, instant(backfill["end"])
    fired = _fire_past(taken, date, backfill)
    following = schedules.backfill_next(taken.trigger, date, end)
    if following is not None:
        moved = {**backfill, "currentDate": schedules.shown(taken.trigger, following)}
        return _moved(following, fired, backfill=moved)
    former = backfill.get("previousNextExecutionDate")
    return _moved(instant(former) if former else None, fired)


def _fire_past(taken: _Taken, date: datetime, backfill: dict[str, Any]) -> UUID | Refused | None:
    key = f"backfill:{backfill['id']}:{date.isoformat()}"
    try:
        return _fire(taken, date, key, backfill) if _allowed(taken, date) else None
    except ExpressionError as problem:
        firing.fail(taken.revision, taken.trigger, taken.id, key, str(problem))
        return Refused(str(problem))


def _moved(
    next_at: datetime | None,
    fired: UUID | Refused | None,
    *,
    backfill: dict[str, Any] | None = None,
) -> _Move:
    if isinstance(fired, Refused):
        return _Move(next_at, backfill=backfill, error=fired.message)
    return _Move(next_at, backfill=backfill, execution=fired)


def _fire(
    taken: _Taken, date: datetime, key: str, backfill: dict[str, Any] | None = None
) -> UUID | Refused | None:
    def allowed(moment: datetime) -> bool:
        return _allowed(taken, moment, looking=True)

    labels = [Label(item["key"], item["value"]) for item in (backfill or {}).get("labels") or ()]
    cause = FiringCause(
        key=key,
        variables=schedules.variables(taken.trigger, date, allowed),
        inputs=(backfill or {}).get("inputs") or {},
        labels=labels,
        logical_at=date,
        fails=True,
    )
    return firing.fire(taken.revision, taken.trigger, taken.id, cause)


def _allowed(taken: _Taken, date: datetime, *, looking: bool = False) -> bool:
    local = schedules.local_date(taken.trigger, date)
    shown = {"date": schedules.shown(taken.trigger, date)}
    context = trigger_context(taken.revision, trigger=shown)
    context["schedule"] = shown
    return judging.allows(taken.revision, taken.trigger, context, date=local, dates_only=looking)


def soon(seconds: float | None, *, at_most: float) -> float:
    """How long to sleep until something is due."""
    return at_most if seconds is None else max(0.0, min(seconds, at_most))
