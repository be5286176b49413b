"""What people do to triggers: disable, unlock, restart, delete, and run over past dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from downbeat.common import clock
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant
from executions.models import TriggerState
from executions.runtime import queues
from executions.services.creation import text
from executions.services.errors import BackfillRefused, TriggerMissing, TriggerUnlocked
from executions.triggering import firing, schedules
from executions.triggering.families import Family
from flows import facade as flows
from tenants import facade as tenants
from tenants.access import can, require
from tenants.actors import Actor

EDIT: Final = "trigger.edit"
MOST_DATES: Final = 1000

_SET: Final = """
update trigger_state
   set disabled = %(disabled)s, next_at = %(next_at)s, updated_at = now(), version = version + 1
 where tenant_id = %(tenant)s and id = %(id)s
"""
_FREE: Final = """
update trigger_state
   set execution_id = null, lease_until = null, worker_id = null, lease_epoch = lease_epoch + 1,
       updated_at = now()
 where tenant_id = %s and id = %s
"""
_RESTART: Final = """
update trigger_state
   set next_at = %s, error = null, updated_at = now(), version = version + 1
 where tenant_id = %s and id = %s
"""
_BACKFILL: Final = """
update trigger_state
   set backfill = %(backfill)s::jsonb, next_at = %(next_at)s, updated_at = now(),
       version = version + 1
 where tenant_id = %(tenant)s and id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class TriggerAddress:
    """Names a trigger."""

    namespace: str
    flow_id: str
    trigger_id: str


@dataclass(frozen=True, slots=True)
class Backfill:
    """Past dates to run, with inputs and labels of their own."""

    start: datetime
    end: datetime | None
    inputs: Mapping[str, Any]
    labels: Sequence[Mapping[str, str]]


def find(
    address: TriggerAddress,
    *,
    actor: Actor,
    permission: str = EDIT,
    rows: QuerySet[TriggerState] | None = None,
) -> TriggerState:
    """A trigger, under lock unless other rows are given; 404 when it may not be seen."""
    # Not the key: executions that leave events for the trigger must not wait for people.
    known = TriggerState.objects.select_for_update(no_key=True) if rows is None else rows
    row = known.filter(
        namespace=address.namespace,
        flow_id=address.flow_id,
        trigger_id=address.trigger_id,
    ).first()
    if row is None or not can(actor, "trigger.view", row.namespace_id):
        raise TriggerMissing
    require(actor, permission, row.namespace_id)
    return row


def set_disabled(
    address: TriggerAddress, *, disabled: bool, actor: Actor, recover: bool = False
) -> TriggerState:
    """Switches a trigger off, or on again.

    Dates that passed meanwhile are caught up only with ``recover``, as the schedule's
    ``recoverMissedSchedules`` says; a backfill goes on where it was.
    """
    row = find(address, actor=actor)
    switch(row, disabled=disabled, recover=recover)
    return row


def switch(row: TriggerState, *, disabled: bool, recover: bool = False) -> None:
    """The same, for callers that have checked the right."""
    next_at = row.next_at
    stays = recover and row.next_at is not None
    if row.disabled and not disabled and row.backfill is None and not stays:
        next_at = _from_now(row)
    facts: dict[str, Any] = {
        "tenant": current_tenant(),
        "id": row.id,
        "disabled": disabled,
        "next_at": next_at,
    }
    _tell(row, {"disabled": row.disabled}, {"disabled": disabled})
    with connection.cursor() as cursor:
        cursor.execute(_SET, facts)
    row.disabled, row.next_at = disabled, next_at
    if not disabled:
        queues.ring("schedule", current_tenant(), row.id, queue=row.worker_group or queues.DEFAULT)


def unlock(address: TriggerAddress, *, actor: Actor) -> TriggerState:
    """Frees a trigger that waits for an execution or a poll; 409 if it waits for nothing."""
    row = find(address, actor=actor)
    if row.execution_id is None and row.lease_until is None:
        raise TriggerUnlocked
    _free(row)
    return row


def restart(address: TriggerAddress, *, actor: Actor) -> TriggerState:
    """Frees a trigger, forgets its error, and lets it look again: polls at once, dates from now."""
    row = find(address, actor=actor)
    next_at = row.next_at if row.backfill is not None else _from_now(row)
    with connection.cursor() as cursor:
        cursor.execute(_RESTART, [next_at, current_tenant(), row.id])
    row.next_at, row.error = next_at, None
    _free(row)
    return row


def _free(row: TriggerState) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [current_tenant(), row.id])
    row.execution_id = row.lease_until = row.worker_id = None
    queues.ring("schedule", current_tenant(), row.id, queue=row.worker_group or queues.DEFAULT)


def delete(address: TriggerAddress, *, actor: Actor) -> None:
    """Forgets where a trigger stands; the next revision of its flow makes it anew."""
    find(address, actor=actor, permission="trigger.delete").delete()


def create_backfill(address: TriggerAddress, asked: Backfill, *, actor: Actor) -> TriggerState:
    """Runs a schedule over past dates; meanwhile the ordinary schedule stands still."""
    row = find(address, actor=actor)
    if row.family != Family.SCHEDULE:
        raise BackfillRefused(reason="only a schedule has dates")
    if row.disabled or row.source_disabled:
        raise BackfillRefused(reason="the trigger is disabled; enable it first")
    if row.backfill is not None:
        raise BackfillRefused(reason="one is running already")
    end = asked.end or clock.now()
    if asked.start >= end:
        raise BackfillRefused(reason="its start is not before its end")
    first = schedules.backfill_start(_spec(row), asked.start, end)
    if first is None:
        raise BackfillRefused(reason="the schedule has no date in it")
    backfill = {
        "id": str(uuid7()),
        "start": clock.wire(asked.start),
        "end": clock.wire(end),
        "currentDate": clock.wire(first),
        "paused": False,
        "inputs": dict(asked.inputs),
        "labels": list(asked.labels),
        "previousNextExecutionDate": clock.wire(row.next_at) if row.next_at else None,
    }
    return _put(row, backfill, next_at=first)


def pause_backfill(address: TriggerAddress, *, paused: bool, actor: Actor) -> TriggerState:
    """Holds a backfill, or lets it go on."""
    row = find(address, actor=actor)
    if row.backfill is None:
        raise BackfillRefused(reason="none is running")
    return _put(row, {**row.backfill, "paused": paused}, next_at=row.next_at)


def delete_backfill(address: TriggerAddress, *, actor: Actor) -> TriggerState:
    """Ends a backfill; the ordinary schedule goes on."""
    row = find(address, actor=actor)
    if row.backfill is None:
        raise BackfillRefused(reason="none is running")
    former = row.backfill.get("previousNextExecutionDate")
    return _put(row, None, next_at=datetime.fromisoformat(former) if former else None)


def dates(
    address: TriggerAddress, start: datetime, end: datetime, *, actor: Actor
) -> Sequence[datetime]:
    """The dates of a schedule in a span, at most `MOST_DATES`; changes nothing.

    What a backfill over that span would run, except dates that conditions refuse when they come.
    """
    row = find(address, actor=actor, permission="trigger.view", rows=TriggerState.objects.all())
    if row.family != Family.SCHEDULE:
        raise BackfillRefused(reason="only a schedule has dates")
    return list(islice(schedules.dates_between(_spec(row), start, end), MOST_DATES + 1))


def each(addresses: Sequence[TriggerAddress], act: Callable[[TriggerAddress], object]) -> int:
    """Does the same to many; returns to how many it applied.

    Those that have no backfill, or nothing to be freed from, are left as they are.
    """
    count = 0
    for address in addresses:
        try:
            act(address)
        except (BackfillRefused, TriggerUnlocked):
            continue
        count += 1
    return count


def _tell(row: TriggerState, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """What the audit trail keeps of a change of a trigger."""
    name = f"{row.namespace}.{row.flow_id}.{row.trigger_id}"
    tenants.tell_audit(before={name: dict(before)}, after={name: dict(after)})


def _put(
    row: TriggerState, backfill: Mapping[str, Any] | None, *, next_at: datetime | None
) -> TriggerState:
    facts = {
        "tenant": current_tenant(),
        "id": row.id,
        "backfill": None if backfill is None else text(backfill),
        "next_at": next_at,
    }
    _tell(row, {"backfill": row.backfill}, {"backfill": backfill})
    with connection.cursor() as cursor:
        cursor.execute(_BACKFILL, facts)
    row.backfill, row.next_at = backfill, next_at
    queues.ring("schedule", current_tenant(), row.id, queue=row.worker_group or queues.DEFAULT)
    return row


def _from_now(row: TriggerState) -> datetime | None:
    match row.family:
        case Family.SCHEDULE:
            return schedules.first_date(_spec(row), clock.now())
        case Family.POLL:
            return clock.now()
        case _:
            return None


def _spec(row: TriggerState) -> Any:
    tenant: UUID = current_tenant()
    revision = flows.by_uid(tenant, row.flow_uid, row.revision)
    return firing.trigger_of(revision, row.trigger_id)
