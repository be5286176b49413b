"""Judges changes of executions for the triggers that listen to them, each exactly once.

Theory of operation. The turn that changes an execution's state writes one event per listening
trigger into its own transaction. A judge locks the trigger's row, takes its events in order,
judges, starts what fires, moves the windows and deletes the events: one transaction. If it dies,
everything is as it was, and the next judge begins again. The key of a firing is the change itself,
so not even a restored event could fire twice. Judges skip triggers that another one holds.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import Error, connections, transaction

from downbeat.common import faultpoints
from downbeat.common.scope import tenant_scope
from downbeat.sdk.trigger import ConditionFacts, ExecutionFacts, Trigger
from executions.runtime.sql import rows, run_all
from executions.triggering import firing, judging, upstream, windows
from executions.triggering.firing import FiringCause, Refused
from executions.triggering.upstream import Change, Upstream
from executions.triggering.windows import Joint
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.plugins.core.triggers import Flow
from flows.spec.expressions import ExpressionError

log = logging.getLogger(__name__)

TRIGGERS: Final = 100
EVENTS: Final = 50
"""Events of one trigger judged in one transaction."""
MOST_TRIES: Final = 6
LONGEST_CHAIN: Final = 100
"""Executions that flow triggers start one from another: beyond it two flows start each other."""

_WAITING: Final = """
select tenant_id, trigger_state_id from trigger_event where due_at <= now()
 group by tenant_id, trigger_state_id order by min(number) limit %s
"""
_NEXT_IN: Final = "select extract(epoch from min(due_at) - now()) from trigger_event"
_HOLD: Final = """
select flow_uid, revision, trigger_id, disabled or source_disabled from trigger_state
 where tenant_id = %s and id = %s for no key update skip locked
"""
_EVENTS: Final = """
select execution_id, position, state, at, tries from trigger_event
 where tenant_id = %s and trigger_state_id = %s and due_at <= now() order by number limit %s
"""
_JUDGED: Final = """
delete from trigger_event e using unnest(%s::uuid[], %s::int[]) as j(execution_id, position)
 where e.tenant_id = %s and e.trigger_state_id = %s
   and e.execution_id = j.execution_id and e.position = j.position
"""
_LATER: Final = """
update trigger_event set tries = tries + 1, due_at = now() + interval '1 second' * (2 ^ tries)
 where tenant_id = %s and trigger_state_id = %s and execution_id = %s and position = %s
"""
_ALL_LATER: Final = """
update trigger_event set due_at = now() + interval '10 seconds'
 where tenant_id = %s and trigger_state_id = %s
"""
_NOTE: Final = """
update trigger_state
   set evaluated_at = now(), updated_at = now(), error = %s, disabled = disabled or %s,
       last_at = case when %s then now() else last_at end
 where tenant_id = %s and id = %s
"""
_CHAIN: Final = """
with recursive chain(trigger, length) as (
    select e.trigger, 1 from execution e where e.tenant_id = %(tenant)s and e.id = %(id)s
    union all
    select e.trigger, c.length + 1 from chain c
      join execution e on e.tenant_id = %(tenant)s
       and e.id = (c.trigger -> 'variables' ->> 'executionId')::uuid
     where c.trigger -> 'variables' ->> 'executionId' ~ %(uuid)s and c.length <= %(longest)s
)
select max(length) from chain
"""
UUID_TEXT: Final = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


@dataclass(slots=True)
class _Judge:
    """A trigger under our lock, and what has come of its events."""

    id: UUID
    revision: RevisionRef
    trigger: Trigger
    fired: bool = False
    stopped: bool = False
    error: str | None = None
    judged: list[Change] = field(default_factory=list)

    @property
    def tenant_id(self) -> UUID:
        return self.revision.tenant_id


def judge_due() -> int:
    """Judges what waits; returns how many events are done with."""
    with connections["system"].cursor() as cursor:
        cursor.execute(_WAITING, [TRIGGERS])
        waiting = cursor.fetchall()
    return sum(_judged_apart(tenant_id, id) for tenant_id, id in waiting)


def _judged_apart(tenant_id: UUID, id: UUID) -> int:
    """Judges for one trigger; whatever is wrong with it stops no other."""
    try:
        return judge(tenant_id, id)
    except Error:
        raise
    except Exception:
        log.exception("the events of trigger %s could not be judged", id)
        with connections["system"].cursor() as cursor:
            cursor.execute(_ALL_LATER, [tenant_id, id])
        return 0


def next_in() -> float | None:
    """Seconds until the next event is due; None when none waits."""
    with connections["system"].cursor() as cursor:
        cursor.execute(_NEXT_IN)
        (seconds,) = cursor.fetchone()
    return None if seconds is None else float(seconds)


def judge(tenant_id: UUID, id: UUID) -> int:
    """Judges the events of one trigger, unless another judge holds it."""
    with tenant_scope(tenant_id):
        faultpoints.after_commit("flow_trigger.after_commit")
        held = rows(_HOLD, [tenant_id, id])
        if not held:
            return 0
        uid, number, trigger_id, disabled = held[0]
        revision = flows.by_uid(tenant_id, uid, number)
        state = _Judge(id, revision, firing.trigger_of(revision, trigger_id))
        for row in rows(_EVENTS, [tenant_id, id, EVENTS]):
            change = Change(*row[:4])
            if disabled or state.stopped or _judged(state, change, tries=row[4]):
                state.judged.append(change)
        _write(state)
        faultpoints.passing("flow_trigger.before_commit")
        return len(state.judged)


def _judged(state: _Judge, change: Change, *, tries: int) -> bool:
    """Whether the event is done with: fired or not, or tried often enough."""
    try:
        with transaction.atomic():
            _judge(state, change)
    except Error:
        raise
    except Exception as problem:
        log.exception("trigger %s could not judge %s", state.id, change)
        state.error = f"{type(problem).__name__}: {problem}"[:2000]
        if tries + 1 < MOST_TRIES:
            key = [state.tenant_id, state.id, change.execution_id, change.position]
            run_all([(_LATER, key)])
            return False
    return True


def _write(state: _Judge) -> None:
    ids = [change.execution_id for change in state.judged]
    positions = [change.position for change in state.judged]
    run_all(
        [
            (_JUDGED, [ids, positions, state.tenant_id, state.id]),
            (_NOTE, [state.error, state.stopped, state.fired, state.tenant_id, state.id]),
        ]
    )


def _judge(state: _Judge, change: Change) -> None:
    found = upstream.read(state.tenant_id, change)
    if found is None:
        return
    if (found.namespace, found.flow_id) == (state.revision.namespace, state.revision.flow_id):
        state.stopped = (
            found.trigger_id == state.trigger.id and change.state in state.trigger.stop_after
        )
        return
    if isinstance(state.trigger, Flow):
        _hear(state, state.trigger, found)


def _hear(state: _Judge, trigger: Flow, found: Upstream) -> None:
    context = upstream.context_of(state.revision, found, found.outputs)
    execution = found.facts(state.tenant_id, trigger.conditions)
    facts = judging.facts_of(state.revision, context, date=found.change.at, execution=execution)
    if not _allows(state, facts):
        return
    joints = windows.joint_conditions(trigger)
    together = _gathered(state, joints, execution, facts, at=found.change.at)
    if together is None:
        return
    outputs = upstream.outputs_of(state.tenant_id, together) if together else found.outputs
    _fire(state, found, outputs)
    for joint in joints:
        if joint.resets:
            windows.reset(state.tenant_id, state.id, joint)


def _allows(state: _Judge, facts: ConditionFacts) -> bool:
    try:
        return judging.holds(state.trigger, facts)
    except ExpressionError as problem:
        _complain(state, f"a condition cannot be rendered: {problem}")
        return False


def _gathered(
    state: _Judge,
    joints: Sequence[Joint],
    execution: ExecutionFacts,
    facts: ConditionFacts,
    *,
    at: datetime,
) -> tuple[str, ...] | None:
    """The executions that met all joint conditions; None while something is missing."""
    found = [
        windows.gather(state.tenant_id, state.id, joint, execution, facts, at=at)
        for joint in joints
    ]
    if not all(one.complete for one in found):
        return None
    return tuple(dict.fromkeys(id for one in found for id in one.executions))


def _fire(state: _Judge, found: Upstream, outputs: Mapping[str, Any]) -> None:
    if _chain(state.tenant_id, found.change.execution_id) >= LONGEST_CHAIN:
        _complain(state, f"more than {LONGEST_CHAIN} executions have started one another")
        return
    cause = FiringCause(
        key=f"flow:{found.change.execution_id}:{found.change.position}",
        variables=found.variables(outputs),
        context=upstream.context_of(state.revision, found, outputs),
        correlation_id=found.correlation_id,
    )
    match firing.fire(state.revision, state.trigger, state.id, cause):
        case Refused() as refused:
            _complain(state, refused.message)
        case UUID():
            state.fired = True
        case None:
            pass


def _chain(tenant_id: UUID, execution_id: UUID) -> int:
    """How many executions started one another up to this one."""
    facts: dict[str, Any] = {
        "tenant": tenant_id,
        "id": execution_id,
        "uuid": UUID_TEXT,
        "longest": LONGEST_CHAIN,
    }
    return int(rows(_CHAIN, facts)[0][0] or 0)


def _complain(state: _Judge, message: str) -> None:
    state.error = message[:2000]
    flow = f"{state.revision.namespace}.{state.revision.flow_id}"
    log.warning("flow trigger %s of %s did not start it: %s", state.trigger.id, flow, message)
