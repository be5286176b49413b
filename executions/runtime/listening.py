"""Which listeners of a flow hear the end of an execution: those whose conditions hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from downbeat.sdk.fields import truth
from downbeat.sdk.trigger import ConditionFacts
from downbeat.sdk.trigger import ExecutionFacts as Judged
from executions.runtime.sql import rows
from flows.spec.expressions import ExpressionError, render_value
from flows.spec.flow import Listener

if TYPE_CHECKING:
    from executions.runtime.inline import Hands

_RETRIED: Final = """
select distinct state from task_run
 where tenant_id = %s and execution_id = %s and attempts > 1
"""


def heard(hands: Hands) -> list[int]:
    """The places of the listeners that run; one that cannot be judged does not, and says why."""
    facts = _facts(hands)
    return [
        place
        for place, listener in enumerate(hands.compiled.revision.spec.listeners)
        if _hears(hands, place, listener, facts)
    ]


def _hears(hands: Hands, place: int, listener: Listener, facts: ConditionFacts) -> bool:
    try:
        return all(condition.holds(facts) for condition in listener.conditions)
    except (ExpressionError, NotImplementedError) as problem:
        hands.say(None, "WARN", f"The conditions of listeners[{place}] cannot be judged: {problem}")
        return False


def _facts(hands: Hands) -> ConditionFacts:
    facts, context = hands.facts, hands.context(None)

    def render(expression: str) -> Any:
        return render_value(expression, context, services=hands.services)

    labels = {str(label["key"]): str(label["value"]) for label in facts.labels}
    judged = Judged(
        id=str(facts.id),
        namespace=facts.namespace,
        flow_id=facts.flow_id,
        state=str(hands.snapshot.execution.state),
        labels=labels,
        attempts=hands.snapshot.execution.attempt_number,
        outputs=hands.left.flow_outputs or {},
        states_of_attempts=_states_of_attempts(hands),
    )
    return ConditionFacts(
        flow_namespace=facts.namespace,
        flow_id=facts.flow_id,
        render=lambda expression: str(render(expression)),
        truth=lambda expression: truth(render(expression)),
        execution=judged,
        date=facts.created_at,
    )


def _states_of_attempts(hands: Hands) -> tuple[str, ...]:
    """The states of task runs with more than one attempt, as they are stored and as they are now."""
    known = hands.snapshot.runs
    stored = [row[0] for row in rows(_RETRIED, [hands.facts.tenant_id, hands.facts.id])]
    now = [str(run.state) for run in known.values() if run.attempts > 1]
    return tuple(dict.fromkeys([*stored, *now]))
