"""What a flow trigger listens to, read off its source: narrow where it can be, never too narrow."""

from __future__ import annotations

import pytest

from executions.triggering.interests import ALL, Interest, interests
from flows.plugins.core.triggers import Flow
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry

UP = Interest("company.data", "up")
FLOW = "{type: core.condition.ExecutionFlow, namespace: company.data, flowId: up}"
OTHER = "{type: core.condition.ExecutionFlow, namespace: company.data, flowId: other}"
STATUS = "{type: core.condition.ExecutionStatus, in: [SUCCESS]}"
NAMESPACE = "{type: core.condition.ExecutionNamespace, namespace: company"

CASES = [
    ("", (ALL,)),
    (f"conditions: [{STATUS}]", (ALL,)),
    (f"conditions: [{STATUS}, {FLOW}]", (UP,)),
    (f"conditions: [{NAMESPACE}}}]", (Interest("company"),)),
    (f"conditions: [{NAMESPACE}, prefix: true}}]", (Interest(prefix="company"),)),
    (f"conditions: [{NAMESPACE}, comparison: SUFFIX}}]", (ALL,)),
    (f"conditions: [{NAMESPACE}, prefix: true}}, {FLOW}]", (UP,)),
    (f"conditions: [{{type: core.condition.Not, conditions: [{FLOW}]}}]", (ALL,)),
    (
        f"conditions: [{{type: core.condition.Or, conditions: [{FLOW}, {OTHER}]}}]",
        (UP, Interest("company.data", "other")),
    ),
    (f"conditions: [{{type: core.condition.Or, conditions: [{FLOW}, {STATUS}]}}]", (ALL,)),
    (
        (
            "conditions: [{type: core.condition.MultipleCondition, id: m, conditions:"
            f" {{a: {FLOW}, b: {OTHER}}}}}, {STATUS}]"
        ),
        (UP, Interest("company.data", "other")),
    ),
    (
        (
            "preconditions: {id: p, flows: [{namespace: company.data, flowId: up},"
            " {namespace: company.ops}]}"
        ),
        (UP, Interest("company.ops")),
    ),
    (
        (
            "preconditions: {id: p, where: [{id: w, filters: ["
            "{field: NAMESPACE, type: STARTS_WITH, value: company},"
            " {field: FLOW_ID, type: EQUAL_TO, value: up}]}]}"
        ),
        (Interest(flow_id="up", prefix="company"),),
    ),
    (
        (
            "preconditions: {id: p, where: [{id: w, operand: OR, filters: ["
            "{field: FLOW_ID, type: EQUAL_TO, value: up}]}]}"
        ),
        (ALL,),
    ),
    ("dependsOn: [{namespace: company.data, flowId: up}]", (UP,)),
]


@pytest.mark.parametrize(("properties", "expected"), CASES)
def test_interests(registry: Registry, properties: str, expected: tuple[Interest, ...]) -> None:
    source = (
        "id: f\nnamespace: company.team\ntasks: [{id: a, type: core.debug.Return}]\n"
        f"triggers: [{{id: t, type: core.trigger.Flow, {properties}}}]"
    )
    outcome = parse_flow(source, registry)
    assert outcome.flow is not None, outcome.errors
    trigger = outcome.flow.triggers[0]
    assert isinstance(trigger, Flow)

    assert interests(trigger) == expected
