"""A flow's concurrency limit: who is let in, who waits, who is turned away, who is next.

Slots are derived from states, never counted beside them: the running executions of the flow are
counted under a lock that holds until the commit, so the limit is true at every instant.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from downbeat.common import clock
from executions.engine.events import Admitted, Event, ExecutionMoved, Held
from executions.engine.state import State
from executions.runtime.inbox import Message, post_all
from executions.runtime.inline import Hands
from executions.runtime.sql import rows
from executions.runtime.turn_loading import Case

_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"
_RUNNING: Final = """
select count(*) from execution
 where tenant_id = %s and flow_uid = %s and ended_at is null
   and state in ('RUNNING', 'PAUSED', 'KILLING', 'RESTARTED', 'RETRYING')
"""
_NEXT: Final = """
select id from execution
 where tenant_id = %s and flow_uid = %s and ended_at is null and state = 'QUEUED'
 order by created_at, id limit %s
"""


class Gate:
    """The concurrency limits of the flows in one turn."""

    def __init__(self, tenant_id: UUID) -> None:
        self.tenant_id = tenant_id
        self._running: dict[UUID, int] = {}

    def lock(self, cases: Iterable[Case]) -> None:
        """Locks the limits that these executions need, always in the same order."""
        flows = {case.held.flow_uid for case in cases if case.compiled.limited}
        for flow in sorted(flows):
            rows(_LOCK, [f"flow:{flow}"])

    def knock(self, case: Case, hands: Hands) -> Event | None:
        """What the limit says to an execution that wants to begin; None if it does not."""
        execution = case.snapshot.execution
        limit = case.compiled.revision.spec.concurrency
        waits = execution.state in (State.CREATED, State.QUEUED)
        if limit is None or execution.admitted or not waits or execution.kill_asked:
            return None
        now = clock.now()
        if execution.scheduled_at is not None and execution.scheduled_at > now:
            return None
        flow = case.held.flow_uid
        if self._count(flow) < limit.limit:
            self._running[flow] += 1
            return Admitted()
        if execution.state is State.QUEUED:
            return None
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
            ((self._running[flow],),) = rows(_RUNNING, [self.tenant_id, flow])
        return self._running[flow]

    def release(self, ended: Iterable[Case]) -> None:
        """Tells the oldest that wait for a slot of flows of which executions have ended.

        As many are told as there are slots now. One for each end would be too few: one that an
        earlier turn has told, and that has not begun yet, would be told again in another's place.
        """
        for flow, limit in {case.held.flow_uid: _limit(case) for case in ended}.items():
            if limit is None:
                continue
            ((running,),) = rows(_RUNNING, [self.tenant_id, flow])
            free = max(1, limit - running)
            found = [row[0] for row in rows(_NEXT, [self.tenant_id, flow, free])]
            post_all(self.tenant_id, ((id, Message.RELEASED, {}) for id in found), ring=True)


def _limit(case: Case) -> int | None:
    concurrency = case.compiled.revision.spec.concurrency
    return concurrency.limit if concurrency is not None else None
