"""Who is let in, who waits, who is turned away, who is next: quotas, switches, concurrency limits.

Slots are derived from states, never counted beside them: the running executions of the flow are
counted under a lock that holds until the commit, so the limit is true at every instant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from downbeat.common import clock
from executions.engine.events import Admitted, Event, ExecutionMoved, Held
from executions.engine.rules.ending import FAILURE
from executions.engine.state import TERMINAL, State
from executions.runtime.admission_quotas import Door, reason_of
from executions.runtime.inbox import Message, post_all
from executions.runtime.inline import Hands
from executions.runtime.sql import rows
from executions.runtime.store_statements import SLOT_STATES
from executions.runtime.turn_loading import Case
from executions.runtime.turn_records import reason_of_limit
from flows import facade as flows
from flows.spec.flow import Concurrency
from tenants import facade as tenants

_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
_RUNNING: Final = """
select count(*) from execution
 where tenant_id = %s and flow_uid = %s and ended_at is null
   and state = any(%s)
"""
_NOT_BEGUN: Final = frozenset({"CREATED", "QUEUED", "RESTARTED"})
MOST_RELEASED: Final = 1000
"""Executions told at once that they may go on; their ends tell the others."""
_NEXT: Final = """
select id from execution
 where tenant_id = %s and flow_uid = %s and ended_at is null and state = 'QUEUED'
 order by created_at, id limit %s
"""


class Gate:
    """What bounds the executions of one turn that want to begin."""

    def __init__(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        self.door = Door(tenant_id)
        self._running: dict[UUID, int] = {}
        self._limits: dict[UUID, Concurrency | None] = {}

    def lock(self, cases: Sequence[Case]) -> None:
        """Locks the limits that these executions need, always in the same order."""
        if cases:
            self.door.limits = tenants.limits_at(max(case.held.limits for case in cases))
        if self.door.limits.admission:
            self.door.lock(_place(case) for case in cases if _may_begin(case))
        flows = {case.held.flow_uid for case in cases if case.compiled.limited}
        for flow in sorted(flows):
            rows(_LOCK, [f"flow:{flow}"])

    def knock(self, case: Case, hands: Hands) -> Event | None:
        """What the limits say to an execution that wants to begin; None if it does not.

        Quotas and switches come first: nobody overrules them, however an execution was let in.
        """
        begins, bounded = _begins(case), self.door.limits.admission
        if begins and bounded and (blocker := self.door.blocker(_place(case))) is not None:
            case.waits_for = reason_of(blocker)
            if not _waits(case):
                return Held(clock.now())
            self.door.goes_on_waiting(case.held.facts.id, _place(case), case.waits_for)
            return None
        answer = self._concurrency(case, hands)
        if not begins or isinstance(answer, Held | ExecutionMoved):
            return answer
        if not _admitted(case, answer):
            self.door.goes_on_waiting(case.held.facts.id, _place(case), reason_of_limit(case))
            return answer
        self.door.enter(case.held.facts.id, _place(case))
        return answer or (None if case.snapshot.execution.admitted else Admitted())

    def _concurrency(self, case: Case, hands: Hands) -> Event | None:
        """What the flow's own limit says.

        It is the limit that the flow has now. One that was restarted always waits for its slot: it
        has begun before, and is not turned away.
        """
        if not case.compiled.limited or not _wants_in(case):
            return None
        execution, flow, now = case.snapshot.execution, case.held.flow_uid, clock.now()
        limit = self._limit(flow)
        if limit is None or self._count(flow) < limit.limit:
            self._running[flow] = self._running.get(flow, 0) + 1
            return None if execution.admitted else Admitted()
        if execution.state is State.QUEUED:
            return None
        if execution.state is State.RESTARTED:
            return Held(now)
        match limit.behavior:
            case "QUEUE":
                return Held(now)
            case "CANCEL":
                return ExecutionMoved(State.CANCELLED, now)
            case "FAIL":
                message = f"The flow's concurrency limit of {limit.limit} is reached"
                hands.say(None, "ERROR", message)
                return ExecutionMoved(State.FAILED, now)

    def _count(self, flow: UUID) -> int:
        if flow not in self._running:
            self._running[flow] = running_of(self.tenant_id, flow)
        return self._running[flow]

    def _limit(self, flow: UUID) -> Concurrency | None:
        if flow not in self._limits:
            self._limits[flow] = flows.limit_of(flow)
        return self._limits[flow]


def _place(case: Case) -> tuple[str, str]:
    return case.held.facts.namespace, case.held.facts.flow_id


def _may_begin(case: Case) -> bool:
    """Whether the execution could begin in this turn, before its messages are read."""
    return case.held.row[1] in _NOT_BEGUN or State(case.held.row[1]) in TERMINAL


def _begins(case: Case) -> bool:
    """Whether the execution has not begun and could now, whoever has let it in."""
    execution = case.snapshot.execution
    if execution.kill_asked or FAILURE in execution.facts:
        return False
    if execution.state is State.RESTARTED:
        return State(case.held.row[1]) in TERMINAL
    if execution.state not in (State.CREATED, State.QUEUED):
        return False
    return execution.scheduled_at is None or execution.scheduled_at <= clock.now()


def _waits(case: Case) -> bool:
    execution = case.snapshot.execution
    return execution.state is State.QUEUED and not execution.admitted


def _admitted(case: Case, answer: Event | None) -> bool:
    """Whether the flow's own limit lets it in; one without such a limit waits for quotas only."""
    return (
        isinstance(answer, Admitted)
        or case.snapshot.execution.admitted
        or not case.compiled.limited
    )


def _wants_in(case: Case) -> bool:
    execution = case.snapshot.execution
    if execution.kill_asked or FAILURE in execution.facts:  # a check has refused it: it needs none
        return False
    if execution.state is State.RESTARTED:
        return State(case.held.row[1]) in TERMINAL
    if execution.admitted or execution.state not in (State.CREATED, State.QUEUED):
        return False
    return execution.scheduled_at is None or execution.scheduled_at <= clock.now()


def running_of(tenant_id: UUID, flow: UUID) -> int:
    """How many executions of a flow hold a slot."""
    ((running,),) = rows(_RUNNING, [tenant_id, flow, list(SLOT_STATES)])
    return int(running)


def release(tenant_id: UUID, ended: Mapping[UUID, int | None]) -> None:
    """Tells those that wait for a slot of flows of which executions have ended or are gone.

    ``ended`` gives the limit that each flow had; where there was none, nobody waits.
    """
    for flow, limit in ended.items():
        if limit is not None:
            release_waiting(tenant_id, flow, least=1)


def release_waiting(tenant_id: UUID, flow: UUID, *, least: int = 0) -> None:
    """Tells the oldest that wait for a slot of a flow, as many as there are slots now.

    One for each end would be too few: one that an earlier turn has told, and that has not begun
    yet, would be told again in another's place.
    """
    limit = flows.limit_of(flow)
    free = MOST_RELEASED
    if limit is not None:
        free = min(MOST_RELEASED, max(least, limit.limit - running_of(tenant_id, flow)))
    found = [row[0] for row in rows(_NEXT, [tenant_id, flow, free])]
    post_all(tenant_id, ((id, Message.RELEASED, {}) for id in found), ring=True)
