"""What quick tasks change besides their outputs, written with the turn, exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never
from uuid import UUID

from downbeat.sdk.effects import (
    AddLabels,
    Effect,
    EndExecution,
    KvDelete,
    KvSet,
    LogLine,
    MetricValue,
    ResumeExecution,
    SetVariables,
    ToggleTrigger,
)
from downbeat.sdk.errors import TaskFailed
from executions.engine.events import KillAsked
from executions.engine.state import Run, State
from executions.models import TriggerState
from executions.runtime.inbox import Message, post_all
from executions.runtime.plans import namespace_of
from flows import facade as flows

if TYPE_CHECKING:
    from executions.runtime.inline import Hands


def apply(hands: Hands, run: Run, effect: Effect) -> None:
    """Makes one effect happen."""
    node = hands.compiled.plan.nodes[run.node]
    match effect:
        case LogLine(level=level, message=message):
            hands.say(run, level, message, level_of=node.task.log_level)
        case AddLabels(labels=labels):
            hands.add_labels(labels)
        case SetVariables(variables=variables, remove=remove):
            hands.set_variables(variables, remove)
        case MetricValue():
            hands.measure(run, effect)
        case KvSet() | KvDelete():
            _change_key(hands, effect)
        case EndExecution(state=state):
            _end(hands, State(state))
        case ResumeExecution():
            _resume(hands, effect)
        case ToggleTrigger():
            _toggle(hands, effect)
        case _:
            assert_never(effect)


def _change_key(hands: Hands, effect: KvSet | KvDelete) -> None:
    facts = hands.facts
    place = namespace_of(facts.tenant_id, effect.namespace or facts.namespace)
    if place is None:
        raise TaskFailed(f"There is no namespace '{effect.namespace}'")
    if isinstance(effect, KvDelete):
        flows.delete_pair(place.path, effect.key, error_on_missing=effect.error_on_missing)
        return
    flows.set_pair(
        place,
        effect.key,
        effect.value,
        kind=effect.kind,
        ttl=effect.ttl,
        overwrite=effect.overwrite,
    )


def _end(hands: Hands, state: State) -> None:
    """Nothing new starts from here on; what runs already is reached by the message."""
    hands.asked.append(KillAsked(end_as=state))
    payload = {"cascade": True, "end_as": state}
    post_all(hands.facts.tenant_id, [(hands.facts.id, Message.KILL, payload)], ring=True)


def _resume(hands: Hands, effect: ResumeExecution) -> None:
    try:
        wanted = UUID(effect.execution_id)
    except ValueError:
        raise TaskFailed(f"'{effect.execution_id}' is no id of an execution") from None
    payload = {"inputs": dict(effect.inputs or {})}
    post_all(hands.facts.tenant_id, [(wanted, Message.RESUME, payload)], ring=True)


def _toggle(hands: Hands, effect: ToggleTrigger) -> None:
    from executions.services import triggers

    row = TriggerState.objects.filter(
        namespace=effect.namespace, flow_id=effect.flow_id, trigger_id=effect.trigger_id
    ).first()
    if row is None:
        raise TaskFailed(
            f"There is no trigger '{effect.trigger_id}' in {effect.namespace}.{effect.flow_id}"
        )
    triggers.switch(row, disabled=not effect.enabled)
