"""Quotas and switches that refuse a start: checked beside the row that would be too much.

The row is inserted first and counted with the others under a lock that holds until the commit. So
a tenant without limits pays nothing for the question, and two starts at once never both fit into
one place. What is refused leaves no row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import connection

from downbeat.common.errors import AppError
from executions.contracts import Started
from flows.contracts import RevisionRef
from tenants import facade as tenants
from tenants.ceilings import Budget, Ceiling, Limits, Policy, QuotaKind, Starts, Switch

NEVER_BY_TIME: Final = 30
"""Seconds after which to ask again, when nobody knows when there will be room."""
_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
_LIVE: Final = """
select namespace, flow_id, count(*) from execution
 where tenant_id = %s and ended_at is null and state = any(%s) and id <> %s
 group by namespace, flow_id
"""
_LIVE_STATES: Final = (
    "CREATED", "QUEUED", "RUNNING", "PAUSED", "KILLING", "RESTARTED", "RETRYING"
)  # fmt: skip
_STARTED: Final = """
select namespace, flow_id, 60 - extract(epoch from clock_timestamp() - at) from execution_start
 where tenant_id = %s and kind = 'CREATED' and at > clock_timestamp() - interval '60 s'
 order by at
"""
_START: Final = """
insert into execution_start (tenant_id, kind, namespace, flow_id, execution_id, at)
values (%s, 'CREATED', %s, %s, %s, clock_timestamp())
"""
_UNDO: Final = "delete from {} where tenant_id = %s and {} = %s"


class QuotaExceeded(AppError):
    """{what} is used up, so that nothing more can be started there now. Try again in {wait} s, wait
    for executions to end, or ask for a higher quota."""

    code = "quota.exceeded"
    status = HTTPStatus.TOO_MANY_REQUESTS

    @property
    def headers(self) -> dict[str, str]:
        """When to come again (RFC 9110, section 10.2.3)."""
        return {"Retry-After": str(self.facts["wait"])}


class StartsStopped(AppError):
    """{what}. Nothing can be started there until it is lifted."""

    code = "kill_switch.on"
    status = HTTPStatus.CONFLICT


def check(started: Started, revision: RevisionRef, version: int) -> None:
    """Refuses an execution whose row was inserted just now, and takes it back.

    Costs nothing without limits, and else two or three statements.
    """
    limits = tenants.limits_at(version)
    if not limits.admission:
        return
    place = revision.namespace, revision.flow_id
    try:
        _check_switch(limits.switch(*place))
        _check_live(revision.tenant_id, place, limits, started.id)
        _check_rate(revision.tenant_id, place, limits, started.id)
    except AppError:
        _take_back(revision.tenant_id, started.id)
        raise


def _check_switch(switch: Switch | None) -> None:
    if switch is not None and switch.starts is Starts.REFUSE:
        raise StartsStopped(what=switch.text)


def _check_live(tenant_id: UUID, place: tuple[str, str], limits: Limits, id: UUID) -> None:
    """All that is live counts: what was accepted begins some time, and must fit then."""
    over = limits.of(*place, QuotaKind.RUNNING_EXECUTIONS, policy=Policy.REFUSE)
    if not over:
        return
    _lock(tenant_id)
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, [tenant_id, list(_LIVE_STATES), id])
        live = cursor.fetchall()
    blocker = Budget(over, live).blocker(*place)
    if blocker is not None:
        raise QuotaExceeded(what=_sentence(blocker), wait=NEVER_BY_TIME)


def _check_rate(tenant_id: UUID, place: tuple[str, str], limits: Limits, id: UUID) -> None:
    over = limits.of(*place, QuotaKind.EXECUTIONS_PER_MINUTE, policy=Policy.REFUSE)
    if not over:
        return
    _lock(tenant_id)
    with connection.cursor() as cursor:
        cursor.execute(_STARTED, [tenant_id])
        recent = cursor.fetchall()
        blocker = Budget(over, [(row[0], row[1], 1) for row in recent]).blocker(*place)
        if blocker is not None:
            wait = _until_room(blocker, recent)
            raise QuotaExceeded(what=_sentence(blocker), wait=wait)
        cursor.execute(_START, [tenant_id, *place, id])


def _until_room(blocker: Ceiling, recent: Sequence[tuple[str, str, float]]) -> int:
    """Seconds until so many of the last minute's starts are older that one more fits."""
    left = [
        float(seconds) for namespace, flow, seconds in recent if blocker.covers(namespace, flow)
    ]
    if not blocker.amount or not left:
        return NEVER_BY_TIME
    return max(1, math.ceil(left[len(left) - blocker.amount]))


def _sentence(blocker: Ceiling) -> str:
    return blocker.text[:1].upper() + blocker.text[1:]


def _lock(tenant_id: UUID) -> None:
    """Starts of a tenant one after the other; taken after every other lock of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"starts:{tenant_id}"])


def _take_back(tenant_id: UUID, id: UUID) -> None:
    """The turn that starts a child goes on when the child is refused: its row must not stay."""
    with connection.cursor() as cursor:
        for table, column in (("inbox", "execution_id"), ("execution", "id")):
            cursor.execute(_UNDO.format(table, column), [tenant_id, id])
