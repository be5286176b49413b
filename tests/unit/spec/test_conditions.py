"""Conditions of triggers: each alone, and those on several executions together."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from downbeat.sdk.fields import truth
from downbeat.sdk.trigger import Condition, ConditionFacts, ExecutionFacts, Trigger
from flows.plugins.core.triggers import Flow, TimeWindow
from flows.spec.expressions import NoServices, compile_template
from flows.spec.parse import parse_flow
from flows.spec.preconditions import named_conditions, span_of
from flows.spec.registry import Registry

NOW = datetime(2024, 5, 15, 10, 30, tzinfo=UTC)  # a Wednesday, the third of its month
EXECUTION = ExecutionFacts(
    id="e",
    namespace="company.data",
    flow_id="up",
    state="SUCCESS",
    labels={"team": "data"},
    outputs={"n": 1},
    states_of_attempts=("SUCCESS",),
)


def facts(**changes: Any) -> ConditionFacts:
    context: dict[str, Any] = {
        "labels": {"team": "data"},
        "trigger": {"body": {"kind": "a"}, "outputs": {"n": 1}},
    }

    def render(text: str) -> str:
        return compile_template(text).render(context, services=NoServices())

    values: dict[str, Any] = {
        "flow_namespace": "company.team",
        "flow_id": "f",
        "render": render,
        "truth": lambda text: truth(render(text)),
        "execution": EXECUTION,
        "date": NOW,
        **changes,
    }
    return ConditionFacts(**values)


def trigger(registry: Registry, properties: str) -> Trigger:
    source = (
        "id: f\nnamespace: company.team\ntasks: [{id: a, type: core.debug.Return}]\n"
        f"triggers: [{{id: t, {properties}}}]"
    )
    outcome = parse_flow(source, registry)
    assert outcome.flow is not None, outcome.errors
    return outcome.flow.triggers[0]


def condition(registry: Registry, properties: str) -> Condition:
    found = trigger(registry, f"type: core.trigger.Flow, conditions: [{{{properties}}}]")
    return found.conditions[0]


HOLDS = [
    ("type: core.condition.ExecutionFlow, namespace: company.data, flowId: up", True),
    ("type: core.condition.ExecutionFlow, namespace: company, flowId: up", False),
    ("type: core.condition.ExecutionNamespace, namespace: company.data", True),
    ("type: core.condition.ExecutionNamespace, namespace: company, prefix: true", True),
    ("type: core.condition.ExecutionNamespace, namespace: data, comparison: SUFFIX", True),
    ("type: core.condition.ExecutionNamespace, namespace: company", False),
    ("type: core.condition.ExecutionStatus, in: [SUCCESS]", True),
    ("type: core.condition.ExecutionStatus, notIn: [SUCCESS]", False),
    ("type: core.condition.ExecutionLabels, labels: {team: data}", True),
    ("type: core.condition.ExecutionLabels, labels: [{key: team, value: ops}]", False),
    ("type: core.condition.ExecutionOutputs, expression: '{{ trigger.outputs.n == 1 }}'", True),
    ("type: core.condition.Expression, expression: \"{{ trigger.body.kind == 'a' }}\"", True),
    ("type: core.condition.Expression, expression: \"{{ trigger.body.kind == 'b' }}\"", False),
    ("type: core.condition.HasRetryAttempt, in: [FAILED]", False),
    ("type: core.condition.HasRetryAttempt, in: [SUCCESS]", True),
    ("type: core.condition.FlowCondition, namespace: company.team, flowId: f", True),
    ("type: core.condition.FlowNamespaceCondition, namespace: company, prefix: true", True),
    ("type: core.condition.Weekend", False),
    ("type: core.condition.Weekend, date: '2024-05-18T00:00:00Z'", True),
    ("type: core.condition.DayWeek, dayOfWeek: WEDNESDAY", True),
    ("type: core.condition.DayWeekInMonth, dayOfWeek: WEDNESDAY, dayInMonth: THIRD", True),
    ("type: core.condition.DayWeekInMonth, dayOfWeek: WEDNESDAY, dayInMonth: LAST", False),
    ("type: core.condition.DateTimeBetween, after: '2024-05-15T00:00:00Z'", True),
    ("type: core.condition.DateTimeBetween, before: '2024-05-15T00:00:00Z'", False),
    ("type: core.condition.TimeBetween, after: '10:00:00', before: '11:00:00'", True),
    ("type: core.condition.TimeBetween, after: '10:30:00Z'", False),
    ("type: core.condition.PublicHoliday, country: FR", False),
    ("type: core.condition.PublicHoliday, country: fr, date: '2024-07-14T00:00:00Z'", True),
    ("type: core.condition.PublicHoliday, date: '2024-07-04T00:00:00Z'", True),
    ("type: core.condition.PublicHoliday, country: DE, date: '2024-11-01T00:00:00Z'", False),
    (
        (
            "type: core.condition.PublicHoliday, country: DE, subDivision: BY, "
            "date: '2024-11-01T00:00:00Z'"
        ),
        True,
    ),
    ("type: core.condition.Not, conditions: [{type: core.condition.Weekend}]", True),
    (
        (
            "type: core.condition.Or, conditions: [{type: core.condition.Weekend}, "
            "{type: core.condition.DayWeek, dayOfWeek: WEDNESDAY}]"
        ),
        True,
    ),
]


@pytest.mark.parametrize(("properties", "expected"), HOLDS)
def test_a_condition_judges_the_facts(registry: Registry, properties: str, expected: bool) -> None:
    assert condition(registry, properties).holds(facts()) is expected


@pytest.mark.parametrize("place", ["country: QQ", "country: FR, subDivision: ZZ"])
def test_a_place_without_known_holidays_is_refused(registry: Registry, place: str) -> None:
    source = (
        "id: f\nnamespace: n\ntasks: [{id: a, type: core.debug.Return}]\n"
        "triggers: [{id: t, type: core.trigger.Schedule, cron: '@daily', conditions: "
        f"[{{type: core.condition.PublicHoliday, {place}}}]}}]"
    )
    (error,) = parse_flow(source, registry).errors
    assert "ISO 3166" in error.message
    assert error.line == 4


def test_a_webhook_takes_no_multiple_condition(registry: Registry) -> None:
    source = (
        "id: f\nnamespace: n\ntasks: [{id: a, type: core.debug.Return}]\n"
        "triggers: [{id: t, type: core.trigger.Webhook, key: k, conditions: [{id: m, "
        "type: core.condition.MultipleCondition, conditions: {a: {type: core.condition.Weekend}}}]}]"
    )

    assert [item.code for item in parse_flow(source, registry).errors] == ["webhook.multiple"]


PRECONDITIONS = """
type: core.trigger.Flow, preconditions: {id: p,
  flows: [{namespace: company.data, flowId: up, states: [SUCCESS]}, {namespace: company.data, flowId: other}],
  where: [{id: w, filters: [
    {field: NAMESPACE, type: STARTS_WITH, value: company},
    {field: FLOW_ID, type: IN, values: [up, down]},
    {field: STATE, type: REGEX, value: 'SUCC.*'},
    {field: EXPRESSION, type: IS_TRUE, value: "{{ labels.team == 'data' }}"}]}]}
"""


def test_each_entry_of_preconditions_is_a_condition_of_its_own(registry: Registry) -> None:
    found = trigger(registry, PRECONDITIONS.replace("\n", " "))
    assert isinstance(found, Flow)

    tests = named_conditions(found.joint())

    assert {name: test(EXECUTION, facts()) for name, test in tests.items()} == {
        "flow_0": True,
        "flow_1": False,
        "where_w": True,
    }


def test_depends_on_is_another_way_to_write_preconditions(registry: Registry) -> None:
    found = trigger(
        registry,
        "type: core.trigger.Flow, dependsOn: [{namespace: company.data, flowId: up}], "
        "window: {type: SLIDING_WINDOW, window: PT1H}",
    )
    assert isinstance(found, Flow)
    joint = found.joint()
    assert joint is not None

    assert joint.time_window.window == timedelta(hours=1)
    assert all(test(EXECUTION, facts()) for test in named_conditions(joint).values())


def test_a_hostile_pattern_does_not_hang(registry: Registry) -> None:
    found = trigger(
        registry,
        "type: core.trigger.Flow, preconditions: {id: p, where: [{id: w, filters: "
        "[{field: FLOW_ID, type: REGEX, value: '(a|aa)+b'}]}]}",
    )
    assert isinstance(found, Flow)
    execution = ExecutionFacts(id="e", namespace="n", flow_id="a" * 80 + "!", state="SUCCESS")

    test = named_conditions(found.joint())["where_w"]

    assert test(execution, facts()) is False


def window(**values: Any) -> TimeWindow:
    return TimeWindow.model_validate(values)


def test_windows_are_aligned_so_that_one_moment_has_one_window() -> None:
    day = span_of(window(), NOW)
    hour = span_of(window(window="PT1H"), NOW)
    shifted = span_of(window(window="P1D", windowAdvance="PT12H"), NOW)

    midnight = datetime(2024, 5, 15, tzinfo=UTC)
    assert day is not None
    assert (day.start, day.end) == (midnight, midnight + timedelta(days=1))
    assert hour is not None
    assert hour.start == NOW.replace(minute=0)
    assert shifted is not None
    assert shifted.start == midnight - timedelta(hours=12)


def test_a_sliding_window_looks_back_from_now() -> None:
    found = span_of(window(type="SLIDING_WINDOW", window="PT2H"), NOW)

    assert found is not None
    assert found.start == NOW - timedelta(hours=2)
    assert found.holds(NOW)


def test_past_a_deadline_there_is_no_window() -> None:
    assert span_of(window(type="DAILY_TIME_DEADLINE", deadline="09:00:00"), NOW) is None
    found = span_of(window(type="DAILY_TIME_DEADLINE", deadline="11:00:00"), NOW)
    assert found is not None
    assert found.end.time() == time(11)
    between = window(type="DAILY_TIME_WINDOW", startTime="10:00:00", endTime="11:00:00")
    assert span_of(between, NOW) is not None


@pytest.mark.parametrize(
    "properties",
    [
        "type: core.trigger.Schedule, cron: '@daily'",
        "type: core.trigger.ScheduleOnDates, dates: ['2024-01-01T00:00:00Z']",
        "type: core.trigger.Webhook, key: abc",
    ],
)
def test_only_flow_triggers_gather_executions(registry: Registry, properties: str) -> None:
    joint = (
        "conditions: [{type: core.condition.MultipleCondition, id: m,"
        " conditions: {a: {type: core.condition.Weekend}}}]"
    )
    source = (
        "id: f\nnamespace: company.team\ntasks: [{id: a, type: core.debug.Return}]\n"
        f"triggers: [{{id: t, {properties}, {joint}}}]"
    )

    outcome = parse_flow(source, registry)

    assert any("MultipleCondition" in error.message for error in outcome.errors)
