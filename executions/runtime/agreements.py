"""What an agreement on the level of service does: it is looked at, and its violation has effects."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from downbeat.sdk.fields import format_duration, truth
from executions.engine.events import Breached, Event, KillAsked
from executions.engine.rules.agreements import ENDS, last_unfinished
from executions.engine.state import Snapshot, State
from executions.runtime.inbox import Message, post_all
from flows.spec.expressions import ExpressionError, compile_template
from flows.spec.expressions.errors import UndefinedError
from flows.spec.flow import ExecutionAssertion, MaxDuration, Sla

if TYPE_CHECKING:
    from executions.runtime.inline import Hands


def holds(hands: Hands, assertion: str) -> bool:
    """Whether an assertion about the execution is true now.

    One that names what does not exist holds, for outputs come into being one by one; any other
    that cannot be rendered does not.
    """
    try:
        rendered = compile_template(assertion).render(hands.context(None), services=hands.services)
    except UndefinedError:
        return True
    except ExpressionError as problem:
        hands.say(None, "ERROR", str(problem))
        return False
    return truth(rendered)


def breach(hands: Hands, snapshot: Snapshot, place: int) -> tuple[Event, ...]:
    """Marks the execution, says which agreement it was, and ends it if that is agreed.

    What runs already, and is not loaded, is reached by a message.
    """
    agreement = hands.compiled.plan.agreements[place]
    end_as = ENDS[agreement.behavior]
    message = _words(agreement, end_as)
    hands.say(None, "WARN" if end_as is None else "ERROR", message)
    if agreement.labels:
        hands.add_labels({label.key: label.value for label in agreement.labels})
    if end_as is None:
        return (Breached(place),)
    by = f"the SLA '{agreement.id}'"
    payload = {"cascade": True, "end_as": end_as, "last": True, "by": by}
    post_all(hands.facts.tenant_id, [(hands.facts.id, Message.KILL, payload)], ring=True)
    return (
        Breached(place, message),
        KillAsked(end_as=end_as, run=last_unfinished(snapshot), by=by),
    )


def _words(agreement: Sla, end_as: State | None) -> str:
    match agreement:
        case MaxDuration(duration=duration):
            what = f"the execution lasts longer than {format_duration(duration)}"
        case ExecutionAssertion(assert_=assertion):
            what = f"the assertion {assertion} does not hold"
        case _:
            assert_never(agreement)
    then = "" if end_as is None else f". The execution ends as {end_as}"
    return f"The SLA '{agreement.id}' ({agreement.type}) is violated: {what}{then}"
