"""Whatever text comes in, parsing answers with a flow or with diagnostics; it never raises."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.spec.parse import parse_flow, parse_flows
from flows.spec.registry import Registry

KEYS = st.sampled_from(
    [
        "id",
        "namespace",
        "tasks",
        "type",
        "message",
        "errors",
        "triggers",
        "inputs",
        "outputs",
        "labels",
        "retry",
        "cron",
        "conditions",
        "pluginDefaults",
        "values",
        "cases",
        "then",
        "else",
        "condition",
        "value",
        "dependsOn",
        "task",
        "taskDefaults",
        "sla",
        "timeout",
        "concurrency",
        "limit",
        "forced",
        "defaults",
        "variables",
        "revision",
        "disabled",
        "finally",
        "listeners",
        "flowId",
        "key",
        "itemType",
        "min",
        "max",
        "validator",
        "behavior",
        "interval",
        "maxAttempt",
        "duration",
        "delay",
        "onResume",
    ]
)
TYPES = st.sampled_from(
    [
        "core.log.Log",
        "core.flow.Sequential",
        "core.flow.Dag",
        "core.flow.If",
        "core.flow.Switch",
        "STRING",
        "INT",
        "core.flow.ForEach",
        "core.flow.Pause",
        "core.trigger.Schedule",
        "core.trigger.Flow",
        "constant",
        "random",
        "exponential",
        "SELECT",
        "ARRAY",
        "FILE",
        "core.flow.Subflow",
        "core.condition.Not",
        "MAX_DURATION",
        "nope",
        "core.trigger.Webhook",
        "core.flow.WorkingDirectory",
        "DURATION",
        "DATETIME",
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    TYPES,
    st.sampled_from(["PT1S", "P99999999999D", "{{ x }}", "{{", "{% if %}", "* * * * *", "a.b", ""]),
    st.text(max_size=12),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=25,
)


@given(text=st.text(max_size=300))
@settings(max_examples=80, deadline=None)
def test_any_text_is_answered(registry: Registry, text: str) -> None:
    outcome = parse_flow(text, registry)

    assert (outcome.flow is None) == bool(outcome.errors)
    assert parse_flows(text, registry)


@given(data=st.dictionaries(KEYS, VALUES, max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_structure_is_answered(registry: Registry, data: dict[str, object]) -> None:
    outcome = parse_flow(json.dumps(data), registry)

    assert (outcome.flow is None) == bool(outcome.errors)


TASKS = st.recursive(
    st.fixed_dictionaries(
        {"id": st.text("ab1", min_size=1, max_size=3), "type": TYPES},
        optional={
            "message": SCALARS,
            "condition": SCALARS,
            "value": SCALARS,
            "values": VALUES,
            "duration": SCALARS,
            "retry": VALUES,
            "timeout": SCALARS,
            "cases": VALUES,
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"id": st.text("ab1", min_size=1, max_size=3), "type": TYPES},
        optional={
            "tasks": st.lists(inner, max_size=3),
            "then": st.lists(inner, max_size=2),
            "errors": st.lists(inner, max_size=2),
            "condition": SCALARS,
            "values": VALUES,
            "cases": st.dictionaries(st.text(max_size=3), st.lists(inner, max_size=2), max_size=2),
            "value": SCALARS,
        },
    ),
    max_leaves=10,
)


@given(
    tasks=st.lists(TASKS, max_size=4),
    rest=st.dictionaries(
        KEYS.filter(lambda key: key not in ("id", "namespace", "tasks")), VALUES, max_size=3
    ),
)
@settings(max_examples=120, deadline=None)
def test_any_flow_like_source_is_answered(
    registry: Registry, tasks: list[object], rest: dict[str, object]
) -> None:
    source = json.dumps({"id": "f", "namespace": "n", "tasks": tasks, **rest})

    outcome = parse_flow(source, registry)

    assert (outcome.flow is None) == bool(outcome.errors)
    assert all(item.line >= 1 and item.column >= 1 and item.code for item in outcome.diagnostics)
