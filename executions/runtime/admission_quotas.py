"""Quotas and switches at the door of executions: who may begin, and who waits for what.

Theory of operation. What is in use is counted, never kept beside: executions in the states that
hold a slot, and the starts of the last minute, which are rows. Whoever lets somebody in first takes
a lock for each place with a quota on the way, from the tenant down, and holds it until the commit:
so no two turns count the same free place, and the ceiling holds at every instant. A process that
dies takes its lock and its transaction with it. Those that wait have the first full ceiling, or the
switch, stored as their reason; whoever makes room tells the oldest of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from downbeat.common import clock
from executions.runtime import log_quotas
from executions.runtime.inbox import Message, post_all
from executions.runtime.log_quotas import Fate, Sized
from executions.runtime.sql import rows, run_all
from executions.runtime.store_codec import text
from executions.runtime.store_statements import SLOT_STATES
from tenants.ceilings import NO_LIMITS, Budget, Ceiling, Limits, QuotaKind, Switch

COUNTED: Final = (QuotaKind.RUNNING_EXECUTIONS, QuotaKind.EXECUTIONS_PER_MINUTE)
MOST_TOLD: Final = 1000
_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
_RUNNING: Final = """
select namespace, flow_id, count(*) from execution
 where tenant_id = %s and ended_at is null and state = any(%s)
 group by namespace, flow_id
"""
_BEGUN: Final = """
select namespace, flow_id, count(*) from execution_start
 where tenant_id = %s and kind = 'BEGUN' and at > clock_timestamp() - interval '60 s'
 group by namespace, flow_id
"""
_BEGIN: Final = """
insert into execution_start (tenant_id, kind, namespace, flow_id, execution_id, at)
values (%s, 'BEGUN', %s, %s, %s, clock_timestamp())
"""
_SAY: Final = """
update execution set reason = %s::jsonb where tenant_id = %s and id = %s
"""
_OLDEST: Final = """
select id from execution
 where tenant_id = %s and state = 'QUEUED' and ended_at is null
   and reason #>> '{blocker,id}' = %s
 order by id limit %s
"""

Place = tuple[str, str]
Line = dict[str, Any]


class Door:
    """The tenant's quotas and switches in one turn."""

    def __init__(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        self.limits: Limits = NO_LIMITS
        self._running: Budget | None = None
        self._begun: Budget | None = None
        self._entries: list[tuple[UUID, Place]] = []
        self._said: list[tuple[UUID, dict[str, Any] | None]] = []
        self._rebuffed: set[Place] = set()

    @property
    def claims_apart(self) -> bool:
        """Whether a quota of running task runs forbids to claim attempts inside a turn."""
        return bool(self.limits.any_of(QuotaKind.RUNNING_TASK_RUNS))

    def lock(self, places: Iterable[Place]) -> None:
        """Locks what bounds these flows, always in the same order."""
        chain = {one.order: one for place in places for one in self.limits.of(*place, *COUNTED)}
        for order in sorted(chain):
            rows(_LOCK, [f"quota:{chain[order].id}"])

    def blocker(self, place: Place) -> Ceiling | Switch | None:
        """What keeps an execution of the flow out now."""
        if (switch := self.limits.switch(*place)) is not None:
            return switch
        running, begun = self._budgets()
        return running.blocker(*place) or begun.blocker(*place)

    def enter(self, execution: UUID, place: Place) -> None:
        """One more has begun; counted for the rest of the turn, and written with it."""
        if not self.limits.admission:
            return
        running, begun = self._budgets()
        running.take(*place)
        begun.take(*place)
        self._entries.append((execution, place))

    def goes_on_waiting(self, execution: UUID, place: Place, why: dict[str, Any] | None) -> None:
        """Keeps the reason of one that waits, perhaps for something else than before."""
        self._said.append((execution, why))
        self._rebuffed.add(place)

    def kept_lines(self, lines: list[Line], places: Mapping[UUID, Place]) -> list[Line]:
        """The log lines for which there is room; where the log of an execution ends, it says so."""
        over = self.limits.any_of(QuotaKind.LOG_BYTES_PER_DAY)
        if not over or not lines:
            return lines
        sized = [
            Sized(
                line["execution_id"], *places[line["execution_id"]], len(line["message"].encode())
            )
            for line in lines
        ]
        judged = zip(lines, log_quotas.judge(self.tenant_id, over, sized), strict=True)
        return [
            line if found.fate is Fate.KEEP else {**line, "level": "WARN", "message": found.marker}
            for line, found in judged
            if found.fate is not Fate.DROP
        ]

    def write(self, ended: Iterable[Place]) -> None:
        """Writes what began and why others wait, and tells those for whom there is room now."""
        if not self.limits.admission:
            return
        rated = self.limits.any_of(QuotaKind.EXECUTIONS_PER_MINUTE)
        run_all(
            [
                *(
                    (_BEGIN, [self.tenant_id, *place, execution])
                    for execution, place in self._entries
                    if any(one.covers(*place) for one in rated)
                ),
                *((_SAY, [text(why), self.tenant_id, id]) for id, why in self._said),
            ]
        )
        # One that was told and found another ceiling full leaves the room that it was told of; and
        # two turns that made room at once have each seen one place, and told the same one of it.
        touched = {*ended, *self._rebuffed, *(place for _, place in self._entries)}
        chain = {one.id: one for place in touched for one in self.limits.of(*place, *COUNTED)}
        tell_those_that_fit(self.tenant_id, tuple(chain.values()))

    def _budgets(self) -> tuple[Budget, Budget]:
        if self._running is None or self._begun is None:
            self._running, self._begun = budgets(self.tenant_id, self.limits)
        return self._running, self._begun


def budgets(tenant_id: UUID, limits: Limits) -> tuple[Budget, Budget]:
    """What is left of running executions and of starts in this minute; two queries at most."""
    running = limits.any_of(QuotaKind.RUNNING_EXECUTIONS)
    begun = limits.any_of(QuotaKind.EXECUTIONS_PER_MINUTE)
    return (
        Budget(running, rows(_RUNNING, [tenant_id, list(SLOT_STATES)]) if running else ()),
        Budget(begun, rows(_BEGUN, [tenant_id]) if begun else ()),
    )


def reason_of(blocker: Ceiling | Switch) -> dict[str, Any]:
    """A blocker as it is stored with what waits for it."""
    if isinstance(blocker, Switch):
        shown = {"id": str(blocker.id), "place": blocker.place, "text": blocker.text}
        until = {"until": clock.wire(blocker.until)} if blocker.until else {}
        return {"code": blocker.code, "blocker": shown | until}
    facts = {"id": str(blocker.id), "kind": blocker.kind, "limit": blocker.amount}
    return {
        "code": "quota",
        "blocker": {**facts, "place": blocker.place, "text": blocker.text},
    }


def tell_those_that_fit(tenant_id: UUID, ceilings: Sequence[Ceiling]) -> None:
    """Tells the oldest that wait for one of the ceilings, as many as fit below it now."""
    if not ceilings:
        return
    running, begun = budgets(tenant_id, Limits(ceilings=tuple(ceilings)))
    found: dict[UUID, None] = {}
    for one in ceilings:
        free = (running if one.kind is QuotaKind.RUNNING_EXECUTIONS else begun).free(one)
        if free:
            oldest = rows(_OLDEST, [tenant_id, str(one.id), min(free, MOST_TOLD)])
            found |= {row[0]: None for row in oldest}
    post_all(tenant_id, ((id, Message.RELEASED, {}) for id in found), ring=True)
