"""Whether a trigger's conditions let it fire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import Error

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import truth
from downbeat.sdk.trigger import Condition, ConditionFacts, ExecutionFacts, Trigger
from executions.triggering.rendering import rendered
from flows.contracts import RevisionRef
from flows.plugins.core.conditions import MultipleCondition
from flows.plugins.core.triggers import Flow
from flows.spec.expressions.errors import ErrorCode, ExpressionError


def conditions_of(trigger: Trigger) -> tuple[Condition, ...]:
    """The conditions of a trigger, under whichever of their names they are written.

    Those that several executions meet together are not among them: they have windows.
    """
    return tuple(item for item in _written(trigger) if not isinstance(item, MultipleCondition))


def _written(trigger: Trigger) -> tuple[Condition, ...]:
    return (*trigger.conditions, *getattr(trigger, "schedule_conditions", ()))


def facts_of(
    revision: RevisionRef,
    context: Mapping[str, Any],
    *,
    date: datetime | None = None,
    execution: ExecutionFacts | None = None,
) -> ConditionFacts:
    """The situation that conditions judge."""
    return ConditionFacts(
        flow_namespace=revision.namespace,
        flow_id=revision.flow_id,
        render=lambda expression: str(rendered(expression, context)),
        truth=lambda expression: truth(rendered(expression, context)),
        execution=execution,
        date=date,
    )


def holds(trigger: Trigger, facts: ConditionFacts, *, dates_only: bool = False) -> bool:
    """Whether all conditions hold; ``ExpressionError`` where one of them cannot be judged.

    Only flow triggers have windows, so that a joint condition of another one never holds.
    ``dates_only`` asks only those that judge a date, as when a schedule looks ahead.
    """
    if not isinstance(trigger, Flow) and len(conditions_of(trigger)) < len(_written(trigger)):
        return False
    asked = [item for item in conditions_of(trigger) if item.on_dates or not dates_only]
    if not all(_judged(condition, facts) for condition in asked):
        return False
    return dates_only or trigger.when is None or facts.truth(trigger.when)


def _judged(condition: Condition, facts: ConditionFacts) -> bool:
    """What a condition says; whatever else it raises must not hold up its trigger for ever."""
    try:
        return condition.holds(facts)
    except (ExpressionError, Error):
        raise
    except Exception as problem:
        said = str(problem) if isinstance(problem, TaskFailed) else f"{problem!r}"
        raise ExpressionError(f"{condition.type}: {said}", code=ErrorCode.FUNCTION) from problem


def allows(
    revision: RevisionRef,
    trigger: Trigger,
    context: Mapping[str, Any],
    *,
    date: datetime | None = None,
    dates_only: bool = False,
) -> bool:
    """Whether a trigger may fire at a date, or now; see ``holds``."""
    return holds(trigger, facts_of(revision, context, date=date), dates_only=dates_only)
