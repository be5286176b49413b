"""Child executions: their start, and what their end means for the task that waits for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from downbeat.common import clock
from downbeat.common.errors import AppError
from downbeat.common.models import uuid7
from downbeat.sdk.labels import Label
from executions.contracts import Cause, Origin, StartOptions
from executions.engine.events import ChildStarted, Event, TryEnded
from executions.engine.state import Ask, Run, State
from executions.runtime.inbox import Message, post_all
from executions.runtime.outputs import OutputStore
from executions.runtime.plans import compiled as compiled_plan
from executions.runtime.sql import rows
from flows import facade as flows
from flows.contracts import RevisionRef
from flows.spec.expressions import ExpressionError

if TYPE_CHECKING:
    from executions.runtime.inline import Hands

CORRELATION: Final = "system.correlationId"
TAKEN_OVER: Final = frozenset({State.FAILED, State.KILLED, State.WARNING, State.CANCELLED})

_LIVE_CHILDREN: Final = """
select id from execution
 where tenant_id = %s and parent_id = %s and parent_task_run_id is not null and ended_at is null
"""
_CHILD: Final = """
select flow_uid, revision from execution where tenant_id = %s and id = %s
"""


class ChildRefusedError(Exception):
    """The flow that a task names cannot be started."""


def start(hands: Hands, run: Run) -> tuple[Event, ...]:
    """Starts the execution that a run asks for, or says why there is none."""
    wanted: Mapping[str, Any] = run.facts[Ask.CHILD]
    began = clock.now()
    try:
        child = _start(hands, run, wanted)
    except (ChildRefusedError, AppError, ValueError) as problem:
        hands.say(run, "ERROR", str(problem))
        failed = TryEnded(
            run.id, State.FAILED, began, clock.now(), "child", str(problem), by_worker=False
        )
        return (failed,)
    events: tuple[Event, ...] = (ChildStarted(run.id, child, began),)
    if not wanted.get("wait", True):
        hands.put_outputs(run, {"executionId": str(child)})
        done = TryEnded(run.id, State.SUCCESS, began, clock.now(), by_worker=False)
        events = (*events, done)
    return events


def _start(hands: Hands, run: Run, wanted: Mapping[str, Any]) -> UUID:
    from executions.services import start as starting

    revision = _revision(hands, wanted)
    id = uuid7()
    started = starting.start(
        revision,
        dict(wanted.get("inputs") or {}),
        _options(hands, run, wanted, revision),
        execution_id=id,
    )
    return started.id


def _revision(hands: Hands, wanted: Mapping[str, Any]) -> RevisionRef:
    namespace, flow_id = wanted["namespace"], wanted["flow_id"]
    number = wanted.get("revision")
    found = flows.published(hands.facts.tenant_id, namespace, flow_id, number)
    if found is None:
        raise ChildRefusedError(
            f"Unable to find flow '{namespace}'.'{flow_id}' with revision '{number}'"
        )
    if found.disabled:
        raise ChildRefusedError(
            f"Cannot execute the flow '{namespace}'.'{flow_id}': it is disabled"
        )
    return found


def _options(
    hands: Hands, run: Run, wanted: Mapping[str, Any], revision: RevisionRef
) -> StartOptions:
    facts = hands.facts
    node = hands.compiled.plan.nodes[run.node]
    own = [Label(item["key"], item["value"]) for item in facts.labels]
    inherited = [label for label in own if not label.key.startswith("system.")]
    labels = [Label(item["key"], item["value"]) for item in wanted.get("labels") or ()]
    correlation = next((label.value for label in own if label.key == CORRELATION), str(facts.id))
    variables = {
        "executionId": str(facts.id),
        "namespace": facts.namespace,
        "flowId": facts.flow_id,
        "flowRevision": facts.revision,
    }
    if run.value is not None:
        variables["taskRunValue"] = run.value
    return StartOptions(
        labels=(*(inherited if wanted.get("inherit_labels") else ()), *labels),
        cause=Cause(id=node.id, type=node.task.type, variables=variables),
        origin=Origin(parent_id=facts.id, parent_task_run_id=run.id),
        scheduled_at=_date(wanted.get("schedule_date")),
        correlation_id=correlation,
    )


def _date(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def ended(hands: Hands, run: Run, payload: Mapping[str, Any]) -> TryEnded | None:
    """What the end of a child means for the run that waits for it; None if none does."""
    child = UUID(payload["child_id"])
    if run.child != child or run.outcome is not None or run.ended:
        return None
    state = State(payload["state"])
    wanted: Mapping[str, Any] = run.facts.get(Ask.CHILD) or {}
    began = run.history[-1].at
    given: dict[str, Any] = dict(payload.get("outputs") or {})
    ending, error = _taken_over(wanted, state), None
    try:
        given |= _extracted(hands, run, child)
    except ExpressionError as problem:
        ending, error = State.FAILED, str(problem)
        hands.say(run, "ERROR", error)
    hands.put_outputs(run, {"executionId": str(child), "state": state, "outputs": given})
    if ending is State.FAILED and error is None:
        error = f"The child execution {child} ended in state {state}"
    reason = "child" if ending is State.FAILED else None
    return TryEnded(run.id, ending, began, clock.now(), reason, error, by_worker=False)


def _taken_over(wanted: Mapping[str, Any], state: State) -> State:
    if not wanted.get("transmit_failed", True) or state not in TAKEN_OVER:
        return State.SUCCESS
    return State.FAILED if state is State.CANCELLED else state


def _extracted(hands: Hands, run: Run, child: UUID) -> dict[str, Any]:
    """Values that the task's deprecated ``outputs`` name in the child's own context."""
    from executions.runtime.asking import render_output
    from executions.runtime.context import outputs_view

    written = getattr(hands.compiled.plan.nodes[run.node].task, "outputs", None)
    if not written:
        return {}
    ((flow_uid, revision),) = rows(_CHILD, [hands.facts.tenant_id, child])
    plan = compiled_plan(hands.facts.tenant_id, flow_uid, revision)
    context = {**hands.context(run), "outputs": outputs_view(OutputStore(child), plan)}
    return {name: render_output(value, context, hands) for name, value in written.items()}


def kill_all(tenant_id: UUID, execution_id: UUID) -> None:
    """Asks for the end of every live child of an execution."""
    found = [row[0] for row in rows(_LIVE_CHILDREN, [tenant_id, execution_id])]
    post_all(tenant_id, ((id, Message.KILL, {"cascade": True}) for id in found), ring=True)
