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
    StateDelete,
    StateMerge,
    ToggleTrigger,
)
from downbeat.sdk.errors import TaskFailed
from executions.engine.events import KillAsked
from executions.engine.state import Run, State
from executions.models import Execution, TriggerState
from executions.runtime.inbox import Message, post_all
from executions.runtime.plans import namespace_of
from executions.runtime.reach import changeable
from flows import facade as flows
from tenants.contracts import NamespaceRef

if TYPE_CHECKING:
    from executions.runtime.inline import Hands
    from executions.services import pauses


def apply(hands: Hands, run: Run, effect: Effect) -> None:
    """Makes one effect happen."""
    node = hands.compiled.plan.nodes[run.node]
    match effect:
        case LogLine(level=level, message=message):
            hands.say(run, level, message, level_of=node.task.log_level)
        case AddLabels(labels=labels):
            hands.add_labels(labels)
        case SetVariables(variables=variables, remove=remove):
            hands.set_variables(hands.of_fact(dict(variables)), remove)
        case MetricValue():
            hands.measure(run, effect)
        case KvSet() | KvDelete():
            _change_key(hands, effect)
        case StateMerge() | StateDelete():
            _change_state(hands, effect)
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
    place = _place(facts.tenant_id, facts.namespace, effect.namespace)
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
        description=effect.description,
    )


def _place(tenant_id: UUID, own: str, wanted: str | None) -> NamespaceRef:
    """The namespace that a task changes: its own is known already."""
    place = namespace_of(tenant_id, own) if wanted in (None, "", own) else None
    return place or changeable(own, wanted)


def _change_state(hands: Hands, effect: StateMerge | StateDelete) -> None:
    facts = hands.facts
    if isinstance(effect, StateDelete):
        flows.delete_state(facts.namespace, effect.key)
        return
    place = _place(facts.tenant_id, facts.namespace, None)
    flows.merge_state(place, effect.key, effect.data, about=effect.about)


def _end(hands: Hands, state: State) -> None:
    """Nothing new starts from here on; what runs already is reached by the message."""
    by = "a task of the execution"
    hands.asked.append(KillAsked(end_as=state, by=by))
    payload = {"cascade": True, "end_as": state, "by": by}
    post_all(hands.facts.tenant_id, [(hands.facts.id, Message.KILL, payload)], ring=True)


def _resume(hands: Hands, effect: ResumeExecution) -> None:
    from executions.services import pauses

    facts = hands.facts
    try:
        wanted = UUID(effect.execution_id)
    except ValueError:
        raise TaskFailed(f"'{effect.execution_id}' is no id of an execution") from None
    found = Execution.objects.filter(id=wanted, deleted_at__isnull=True)
    if effect.namespace is not None:
        found = found.filter(namespace=effect.namespace, flow_id=effect.flow_id)
    row = found.first()
    if row is None:
        raise TaskFailed(f"There is no execution '{effect.execution_id}' of that flow")
    changeable(facts.namespace, row.namespace)
    own = wanted == facts.id  # how it stands now is known to this turn, and not yet stored
    if not own and row.state != State.PAUSED and not pauses.waits_afterwards(row):
        raise TaskFailed(f"Execution '{wanted}' is not paused: it is {row.state}")
    question = _question(hands) if own else None
    payload = pauses.resumption(row, dict(effect.inputs or {}), question=question)
    payload["inputs"] = hands.kept(payload["inputs"])
    post_all(facts.tenant_id, [(wanted, Message.RESUME, payload)], ring=True)


def _question(hands: Hands) -> pauses.Question | None:
    """What a pause of this execution asks for; one that begins in this turn counts as well."""
    from executions.services import pauses

    known = [run for run in hands.snapshot.runs.values() if not run.ended]
    for run in sorted(known, key=lambda run: run.state is not State.PAUSED):
        definitions = pauses.definitions_of(hands.compiled.plan.nodes[run.node].task)
        if definitions:
            return pauses.Question(hands.compiled.revision, run.id, definitions)
    return None


def _toggle(hands: Hands, effect: ToggleTrigger) -> None:
    from executions.services import triggers

    changeable(hands.facts.namespace, effect.namespace)
    row = TriggerState.objects.filter(
        namespace=effect.namespace, flow_id=effect.flow_id, trigger_id=effect.trigger_id
    ).first()
    if row is None:
        raise TaskFailed(
            f"There is no trigger '{effect.trigger_id}' in {effect.namespace}.{effect.flow_id}"
        )
    triggers.switch(row, disabled=not effect.enabled)
