"""Conditions that several executions meet together: which are met in the window of a moment.

A window is one row per trigger and condition id; the trigger's row is locked by whoever judges, so
two judges never write the same window. What was met before the window began is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from downbeat.common.clock import wire
from downbeat.sdk.trigger import ConditionFacts, ExecutionFacts
from executions.runtime.sql import rows, run_all
from executions.runtime.store_codec import loaded, text
from flows.plugins.core.conditions import MultipleCondition
from flows.plugins.core.triggers import Flow, TimeWindow
from flows.spec.expressions import ExpressionError
from flows.spec.preconditions import Test, named_conditions, span_of

Json = dict[str, Any]

_READ: Final = """
select met from trigger_window
 where tenant_id = %s and trigger_state_id = %s and condition_id = %s
"""
_WRITE: Final = """
insert into trigger_window as w (tenant_id, trigger_state_id, condition_id, met)
values (%s, %s, %s, %s::jsonb)
on conflict (tenant_id, trigger_state_id, condition_id) do update
   set met = excluded.met, updated_at = now()
"""
_FORGET: Final = "delete from trigger_window where tenant_id = %s and trigger_state_id = %s"


@dataclass(frozen=True, slots=True)
class Joint:
    """Named conditions, each of which may be met by another execution of the same window."""

    id: str
    window: TimeWindow
    resets: bool
    tests: Mapping[str, Test]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a joint condition has gathered after one more execution."""

    complete: bool
    executions: tuple[str, ...]
    """Those that met a condition, the first that did so first."""


def joint_conditions(trigger: Flow) -> tuple[Joint, ...]:
    """Every joint condition of a trigger, however it is written."""
    return tuple(_joints(trigger))


def _joints(trigger: Flow) -> Iterator[Joint]:
    if (wanted := trigger.joint()) is not None:
        tests = named_conditions(wanted)
        yield Joint(wanted.id, wanted.time_window, wanted.reset_on_success, tests)
    for condition in trigger.conditions:
        if isinstance(condition, MultipleCondition):
            older = {name: _of_facts(item) for name, item in condition.conditions.items()}
            yield Joint(condition.id, condition.span(), condition.reset_on_success, older)


def _of_facts(condition: Any) -> Test:
    def holds(_execution: ExecutionFacts, facts: ConditionFacts) -> bool:
        return bool(condition.holds(facts))

    return holds


def gather(
    tenant_id: UUID,
    trigger_state_id: UUID,
    joint: Joint,
    execution: ExecutionFacts,
    facts: ConditionFacts,
    *,
    at: datetime,
) -> Gathered:
    """Adds what an execution meets at a moment, and says whether all is met now.

    An execution that meets nothing completes nothing; a window that holds on to what it has
    (``resetOnSuccess: false``) is complete again with each further match.
    """
    span = span_of(joint.window, at)
    if span is None:
        return Gathered(complete=False, executions=())
    matched = [name for name, test in joint.tests.items() if _holds(test, execution, facts)]
    met = _met(tenant_id, trigger_state_id, joint.id)
    kept = {name: item for name, item in met.items() if moment_of(item) >= span.start}
    kept |= {name: {"at": wire(at), "execution": execution.id} for name in matched}
    if kept != met:
        facts_of_row = [tenant_id, trigger_state_id, joint.id, text(kept)]
        run_all([(_WRITE, facts_of_row)])
    inside = {name: item for name, item in kept.items() if span.holds(moment_of(item))}
    order = sorted(inside.values(), key=lambda item: str(item["at"]))
    return Gathered(
        complete=bool(matched or not joint.tests) and joint.tests.keys() <= inside.keys(),
        executions=tuple(dict.fromkeys(str(item["execution"]) for item in order)),
    )


def reset(tenant_id: UUID, trigger_state_id: UUID, joint: Joint) -> None:
    """Begins a window anew."""
    run_all([(_WRITE, [tenant_id, trigger_state_id, joint.id, "{}"])])


def forget(tenant_id: UUID, trigger_state_id: UUID) -> None:
    """Drops all windows of a trigger: its conditions are others now."""
    run_all([(_FORGET, [tenant_id, trigger_state_id])])


def moment_of(item: Mapping[str, Any]) -> datetime:
    """When a condition was met."""
    return datetime.fromisoformat(item["at"])


def _met(tenant_id: UUID, trigger_state_id: UUID, condition_id: str) -> dict[str, Json]:
    found = rows(_READ, [tenant_id, trigger_state_id, condition_id])
    return dict(loaded(found[0][0])) if found else {}


def _holds(test: Test, execution: ExecutionFacts, facts: ConditionFacts) -> bool:
    """A test whose expression cannot be rendered for this execution is not met by it."""
    try:
        return test(execution, facts)
    except ExpressionError:
        return False
