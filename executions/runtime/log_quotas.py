"""Quotas of log bytes a day: what does not fit is dropped, and the log says so once.

The bytes of a day are kept by flow, in the transaction that stores the lines, under a lock of the
tenant: batches are counted one after the other. The day is the database's, in UTC. The first line
of an execution that is dropped becomes a marker; what follows leaves a count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final
from uuid import UUID

from executions.runtime.inbox import Message, post
from executions.runtime.sql import rows
from executions.runtime.store_codec import text
from tenants.ceilings import Budget, Ceiling, Policy

_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
_USED: Final = """
select namespace, flow_id, used from log_use
 where tenant_id = %s and day = (now() at time zone 'UTC')::date
"""
_USE: Final = """
insert into log_use as u (tenant_id, day, namespace, flow_id, used)
select %s, (now() at time zone 'UTC')::date, namespace, flow_id, used
  from jsonb_to_recordset(%s::jsonb) as r(namespace text, flow_id text, used bigint)
on conflict (tenant_id, day, namespace, flow_id) do update set used = u.used + excluded.used
"""
_CUT: Final = """
insert into log_cut as c (tenant_id, execution_id, quota, lines, bytes, at)
values (%s, %s, %s, %s, %s, now())
on conflict (tenant_id, execution_id) do update
   set lines = c.lines + excluded.lines, bytes = c.bytes + excluded.bytes
returning c.xmax = 0
"""
_KNOWN: Final = "select execution_id from log_cut where tenant_id = %s and execution_id = any(%s)"


class Fate(Enum):
    """What becomes of a line."""

    KEEP = "keep"
    MARK = "mark"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Sized:
    """A line that wants to be stored."""

    execution_id: UUID
    namespace: str
    flow_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a line; a marker says this instead."""

    fate: Fate
    marker: str = ""


KEPT: Final = Judged(Fate.KEEP)
DROPPED: Final = Judged(Fate.DROP)


def judge(tenant_id: UUID, ceilings: Iterable[Ceiling], lines: Sequence[Sized]) -> list[Judged]:
    """What becomes of each line, in their order; what is kept is counted, what is cut is noted.

    Inside the transaction that stores them. Below a quota with the policy FAIL the executions of
    lines that do not fit are ended as FAILED.
    """
    rows(_LOCK, [f"logs:{tenant_id}"])
    budget = Budget(ceilings, rows(_USED, [tenant_id]))
    wanted = list({line.execution_id for line in lines})
    cut = {row[0] for row in rows(_KNOWN, [tenant_id, wanted])}
    used: Counter[tuple[str, str]] = Counter()
    dropped: dict[UUID, tuple[Ceiling, int, int]] = {}
    found: list[Judged] = []
    for line in lines:
        blocker = budget.blocker(line.namespace, line.flow_id, line.size)
        if blocker is None:
            budget.take(line.namespace, line.flow_id, line.size)
            used[line.namespace, line.flow_id] += line.size
            found.append(KEPT)
            continue
        first, count, size = dropped.get(line.execution_id, (blocker, 0, 0))
        dropped[line.execution_id] = (first, count + 1, size + line.size)
        new = line.execution_id not in cut
        cut.add(line.execution_id)
        found.append(Judged(Fate.MARK, marker_of(blocker)) if new else DROPPED)
    _write(tenant_id, used, dropped)
    return found


def marker_of(blocker: Ceiling) -> str:
    """The line that stands where the log ends."""
    said = blocker.text[:1].upper() + blocker.text[1:]
    return f"{said} is used up: further lines of this execution are dropped until tomorrow (UTC)."


def _write(
    tenant_id: UUID,
    used: Mapping[tuple[str, str], int],
    dropped: Mapping[UUID, tuple[Ceiling, int, int]],
) -> None:
    records: list[dict[str, Any]] = [
        {"namespace": namespace, "flow_id": flow_id, "used": size}
        for (namespace, flow_id), size in sorted(used.items())
    ]
    if records:
        rows(_USE, [tenant_id, text(records)])
    for execution_id, (blocker, count, size) in sorted(dropped.items()):
        ((fresh,),) = rows(_CUT, [tenant_id, execution_id, blocker.text, count, size])
        if fresh and blocker.policy is Policy.FAIL:
            payload = {
                "cascade": True,
                "end_as": "FAILED",
                "by": f"{blocker.text}, which is used up",
            }
            post(tenant_id, execution_id, Message.KILL, payload)
