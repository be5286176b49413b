"""Whether a trigger's conditions let it fire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from downbeat.sdk.trigger import Condition, ConditionFacts, ExecutionFacts, Trigger
from executions.triggering.rendering import rendered
from flows.contracts import RevisionRef
from flows.spec.expressions import truthy


def conditions_of(trigger: Trigger) -> tuple[Condition, ...]:
    """The conditions of a trigger, under whichever of their names they are written."""
    return (*trigger.conditions, *getattr(trigger, "schedule_conditions", ()))


def allows(
    revision: RevisionRef,
    trigger: Trigger,
    context: Mapping[str, Any],
    *,
    date: datetime | None = None,
    execution: ExecutionFacts | None = None,
    dates_only: bool = False,
) -> bool:
    """Whether all conditions hold; an expression that cannot be rendered raises.

    ``dates_only`` asks only those that judge a date, as when a schedule looks ahead.
    """

    def truth(expression: str) -> bool:
        return truthy(rendered(expression, context))

    facts = ConditionFacts(
        flow_namespace=revision.namespace,
        flow_id=revision.flow_id,
        render=lambda expression: str(rendered(expression, context)),
        truth=truth,
        execution=execution,
        date=date,
    )
    asked = [item for item in conditions_of(trigger) if item.on_dates or not dates_only]
    if not all(condition.holds(facts) for condition in asked):
        return False
    return dates_only or trigger.when is None or truth(trigger.when)
