"""Quotas and switches as reasons, and how much of each quota is in use: counted, never kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from downbeat.common.scope import current_tenant
from executions.models import Execution, LogCut, SwitchPause
from executions.runtime.bounded_claims import RUNNING as RUNNING_TASK_RUNS
from executions.runtime.store_statements import SLOT_STATES
from executions.selectors.reasons import Reason
from tenants import facade as tenants
from tenants.ceilings import Budget, Ceiling, Limits, QuotaKind, Use

STORED: Final = frozenset({"quota", "kill_switch", "maintenance"})
_RUNNING: Final = """
select namespace, flow_id, count(*) from execution
 where tenant_id = %s and ended_at is null and state = any(%s)
 group by namespace, flow_id
"""
_STARTED: Final = """
select namespace, flow_id, max(count) from (
    select namespace, flow_id, count(*) from execution_start
     where tenant_id = %s and at > now() - interval '60 s'
     group by namespace, flow_id, kind) as counted
 group by namespace, flow_id
"""
_LOGGED: Final = """
select namespace, flow_id, used from log_use
 where tenant_id = %s and day = (now() at time zone 'UTC')::date
"""
_STATEMENTS: Final[Mapping[QuotaKind, tuple[str, tuple[Any, ...]]]] = {
    QuotaKind.RUNNING_EXECUTIONS: (_RUNNING, (list(SLOT_STATES),)),
    QuotaKind.RUNNING_TASK_RUNS: (RUNNING_TASK_RUNS, ()),
    QuotaKind.EXECUTIONS_PER_MINUTE: (_STARTED, ()),
    QuotaKind.LOG_BYTES_PER_DAY: (_LOGGED, ()),
}


def used(limits: Limits) -> dict[UUID, int]:
    """How much of each ceiling is in use now, by its id; a query for each kind that there is.

    What lies in storage is measured by the tenants app; API requests leave nothing to count.
    """
    found: dict[UUID, int] = {}
    for kind in _STATEMENTS:
        if ceilings := limits.any_of(kind):
            budget = Budget(ceilings, _use(kind))
            found |= {one.id: budget.used(one) for one in ceilings}
    for one in limits.any_of(QuotaKind.STORAGE_BYTES):
        if (stored := tenants.stored_bytes(one.namespace)) is not None:
            found[one.id] = stored
    return found


def of_waiting(row: Execution) -> Reason | None:
    """The quota or switch that keeps an execution out, as it is stored with it."""
    stored = row.reason or {}
    if stored.get("code") not in STORED:
        return None
    blocker = stored["blocker"]
    return Reason(
        stored["code"],
        _sentence(stored["code"], blocker),
        blocker=f"{blocker['id']}: {blocker['place']}",
        until=_moment(blocker.get("until")),
    )


def of_paused(row: Execution) -> Reason | None:
    """The switch that has paused an execution."""
    pause = SwitchPause.objects.filter(execution_id=row.id).first()
    if pause is None:
        return None
    for switch in tenants.switches_on():
        if switch.id == pause.switch_id:
            message = f"{switch.text}. The execution goes on when it is lifted."
            blocker = f"{switch.id}: {switch.place}"
            return Reason(switch.code, message, blocker=blocker, until=switch.until)
    return None


def of_task_runs(row: Execution) -> Reason | None:
    """The full quota of running task runs for which the attempts of an execution wait."""
    ceilings = tenants.limits_now().of(row.namespace, row.flow_id, QuotaKind.RUNNING_TASK_RUNS)
    if not ceilings:
        return None
    blocker = Budget(ceilings, _use(QuotaKind.RUNNING_TASK_RUNS)).blocker(
        row.namespace, row.flow_id
    )
    return None if blocker is None else _of_ceiling(blocker)


def of_log(row: Execution) -> list[Reason]:
    """That the log is not whole."""
    cut = LogCut.objects.filter(execution_id=row.id).first()
    if cut is None:
        return []
    message = (
        f"The log is not whole: {cut.lines} lines of {cut.bytes} bytes were dropped, because"
        f" {cut.quota} is used up."
    )
    return [Reason("quota.log", message, blocker=cut.quota)]


def _of_ceiling(blocker: Ceiling) -> Reason:
    message = f"{_upper(blocker.text)} is used up; it starts when another one ends."
    return Reason("quota", message, blocker=f"{blocker.id}: {blocker.place}")


def _sentence(code: str, blocker: Mapping[str, Any]) -> str:
    if code == "quota":
        ends = "a minute has passed" if blocker["kind"] in _RATES else "another one ends"
        return f"{_upper(blocker['text'])} is used up; it starts when {ends}."
    return f"{blocker['text']}. It starts when that is lifted."


_RATES: Final = frozenset({QuotaKind.EXECUTIONS_PER_MINUTE})


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _use(kind: QuotaKind) -> Iterable[Use]:
    statement, more = _STATEMENTS[kind]
    with connection.cursor() as cursor:
        cursor.execute(statement, [current_tenant(), *more])
        return list(cursor.fetchall())
