"""A source becomes a flow, or findings that say where and what would be right."""

from __future__ import annotations

import pytest

from flows.plugins.core.branching import Switch
from flows.plugins.core.loops import LoopUntil
from flows.plugins.core.messages import Log
from flows.spec.diagnostics import Severity
from flows.spec.parse import ParsedFlow, parse_flow, parse_flows, source_namespace
from flows.spec.registry import Registry

HEAD = "id: f\nnamespace: company.team\n"


def only_error(outcome: ParsedFlow) -> tuple[str, str, int, int]:
    assert outcome.flow is None
    assert len(outcome.errors) == 1, outcome.errors
    found = outcome.errors[0]
    return found.code, found.path, found.line, found.column


def test_a_small_flow_is_read_with_its_types(registry: Registry) -> None:
    source = HEAD + "tasks:\n  - id: hello\n    type: core.log.Log\n    message: hi\n"

    flow = parse_flow(source, registry).flow

    assert flow is not None
    assert (flow.id, flow.namespace) == ("f", "company.team")
    task = flow.tasks[0]
    assert isinstance(task, Log)
    assert (task.message, task.level, task.raw["message"]) == ("hi", "INFO", "hi")


@pytest.mark.parametrize(
    "name",
    [
        "core.log.Log",
        "io.kestra.plugin.core.log.Log",
        "io.kestra.core.tasks.log.Log",
    ],
)
def test_every_name_of_a_type_finds_it(registry: Registry, name: str) -> None:
    flow = parse_flow(HEAD + f"tasks: [{{id: a, type: {name}, message: x}}]", registry).flow

    assert flow is not None
    assert isinstance(flow.tasks[0], Log)


def test_an_unknown_key_names_the_nearest_one(registry: Registry) -> None:
    outcome = parse_flow(
        HEAD + "tasks:\n  - id: a\n    type: core.log.Log\n    mesage: x\n    message: y\n",
        registry,
    )

    assert only_error(outcome) == ("property.unknown", "tasks[0].mesage", 6, 5)
    assert outcome.errors[0].replacement is None  # 'message' is taken already

    outcome = parse_flow(
        HEAD + "tasks:\n  - id: a\n    type: core.debug.Return\n    fromat: x\n", registry
    )

    assert outcome.errors[0].replacement == "format"
    assert "did you mean 'format'?" in outcome.errors[0].message


def test_a_snake_case_key_is_unknown(registry: Registry) -> None:
    outcome = parse_flow(
        HEAD + "tasks: [{id: a, type: core.log.Log, message: x, log_level: INFO}]", registry
    )

    assert outcome.errors[0].replacement == "logLevel"


def test_an_unknown_type_names_the_nearest_one(registry: Registry) -> None:
    outcome = parse_flow(HEAD + "tasks:\n  - id: a\n    type: core.log.Logs\n", registry)

    assert only_error(outcome) == ("task.type_unknown", "tasks[0].type", 5, 5)
    assert "did you mean 'core.log.Log'" in outcome.errors[0].message
    assert outcome.errors[0].replacement == "core.log.Log"


def test_an_unknown_type_names_every_near_one(registry: Registry) -> None:
    source = HEAD + "tasks:\n  - id: a\n    description: x\n    type: core.flow.ForEachItems\n"

    outcome = parse_flow(source, registry)

    assert only_error(outcome) == ("task.type_unknown", "tasks[0].type", 6, 5)
    assert (
        "did you mean 'core.flow.ForEachItem' or 'core.flow.ForEach'?" in outcome.errors[0].message
    )


def test_an_unknown_trigger_or_condition_stands_at_its_type_too(registry: Registry) -> None:
    source = HEAD + (
        "tasks: [{id: a, type: core.log.Log, message: x}]\n"
        "triggers:\n  - id: t\n    type: core.trigger.Schedul\n"
        "  - id: u\n    type: core.trigger.Flow\n    conditions:\n      - type: core.condition.Expresion\n"
    )

    found = [(item.code, item.path, item.line) for item in parse_flow(source, registry).errors]

    assert found == [
        ("trigger.type_unknown", "triggers[0].type", 6),
        ("condition.type_unknown", "triggers[1].conditions[0].type", 10),
    ]


def test_a_trigger_type_is_no_task_type(registry: Registry) -> None:
    outcome = parse_flow(HEAD + "tasks: [{id: a, type: core.trigger.Webhook, key: k}]", registry)

    assert only_error(outcome)[0] == "task.type_unknown"


def test_errors_deep_inside_groups_have_their_own_place(registry: Registry) -> None:
    source = HEAD + (
        "tasks:\n"
        "  - id: s\n"
        "    type: core.flow.Switch\n"
        '    value: "x"\n'
        "    cases:\n"
        "      a:\n"
        "        - id: p\n"
        "          type: core.flow.Parallel\n"
        "          tasks:\n"
        "            - id: l\n"
        "              type: core.log.Log\n"
        "              level: LOUD\n"
        "              message: x\n"
    )

    outcome = parse_flow(source, registry)

    assert only_error(outcome) == ("property.value", "tasks[0].cases.a[0].tasks[0].level", 14, 15)
    assert "'WARN'" in outcome.errors[0].message


def test_a_missing_property_is_named(registry: Registry) -> None:
    outcome = parse_flow(HEAD + "tasks:\n  - id: a\n    type: core.log.Log\n", registry)

    assert only_error(outcome) == ("property.missing", "tasks[0].message", 4, 5)


def test_a_value_of_no_allowed_type_lists_what_is_allowed(registry: Registry) -> None:
    outcome = parse_flow(HEAD + "tasks: [{id: a, type: core.log.Log, message: {a: 1}}]", registry)

    assert outcome.errors[0].message == "'message' must be text or be a list"


@pytest.mark.parametrize("written", ["42", "true", "1.5"])
def test_numbers_and_booleans_stand_for_their_text(registry: Registry, written: str) -> None:
    flow = parse_flow(
        HEAD + f"tasks: [{{id: a, type: core.debug.Return, format: {written}}}]", registry
    ).flow

    assert flow is not None
    assert flow.tasks[0].format == written  # type: ignore[attr-defined]


def test_cases_may_be_written_without_quotes(registry: Registry) -> None:
    source = HEAD + (
        "tasks:\n  - id: s\n    type: core.flow.Switch\n    value: x\n    cases:\n"
        "      1: [{id: a, type: core.log.Log, message: x}]\n"
        "      true: [{id: b, type: core.log.Log, message: x}]\n"
    )

    flow = parse_flow(source, registry).flow

    assert flow is not None
    switch = flow.tasks[0]
    assert isinstance(switch, Switch)
    assert list(switch.cases or {}) == ["1", "true"]


def test_every_error_of_a_source_is_reported_up_to_a_bound(registry: Registry) -> None:
    tasks = "\n".join(f"  - {{id: t{n}, type: core.log.Log}}" for n in range(300))

    found = parse_flow(HEAD + "tasks:\n" + tasks, registry).errors

    assert len(found) == 100
    assert found[1].path == "tasks[1].message"


def test_a_source_that_is_no_map_is_refused(registry: Registry) -> None:
    assert only_error(parse_flow("- a\n", registry))[0] == "flow.not_a_map"
    assert only_error(parse_flow("", registry))[0] == "flow.not_a_map"


def test_documents_are_parsed_one_by_one_with_places_in_the_whole_text(registry: Registry) -> None:
    one = HEAD + "tasks: [{id: a, type: core.log.Log, message: x}]\n"
    two = HEAD + "tasks:\n  - id: a\n    type: core.nope.Nope\n"

    first, second = parse_flows(one + "---\n" + two, registry)

    assert first.flow is not None
    assert only_error(second) == ("task.type_unknown", "tasks[0].type", 9, 5)


def test_old_keys_work_and_are_reported_as_deprecated(registry: Registry) -> None:
    source = HEAD + (
        "inputs: [{name: a, type: STRING}]\n"
        "tasks:\n"
        "  - id: w\n"
        "    type: io.kestra.plugin.core.flow.WaitFor\n"
        '    condition: "{{ true }}"\n'
        "    tasks: [{id: e, type: core.debug.Echo, format: x}]\n"
        "listeners:\n"
        "  - tasks: [{id: l, type: core.log.Log, message: x}]\n"
    )

    outcome = parse_flow(source, registry)

    assert outcome.flow is not None
    assert isinstance(outcome.flow.tasks[0], LoopUntil)
    assert outcome.flow.inputs[0].id == "a"
    assert set(outcome.deprecations) == {"listeners", "inputs[0].name", "tasks[0].tasks[0]"}
    assert outcome.infos == (
        "io.kestra.plugin.core.flow.WaitFor is replaced by io.kestra.plugin.core.flow.LoopUntil",
    )


def test_old_forms_of_inputs_and_conditions_are_reported_as_deprecated(registry: Registry) -> None:
    source = HEAD + (
        "tasks: [{id: l, type: core.log.Log, message: x}]\n"
        "inputs:\n"
        "  - {id: e, type: ENUM, values: [a]}\n"
        "  - {id: m, type: MULTISELECT, options: [a]}\n"
        "  - {id: s, type: SELECT, values: [a]}\n"
        "triggers:\n"
        "  - id: t\n"
        "    type: core.trigger.Flow\n"
        "    conditions:\n"
        "      - {type: core.condition.ExecutionStatus, in: [FAILED]}\n"
        "      - type: core.condition.Not\n"
        "        conditions: [{type: core.condition.FlowCondition, namespace: n, flowId: f}]\n"
        "      - type: core.condition.MultipleCondition\n"
        "        id: m\n"
        "        window: P1D\n"
        "        conditions: {x: {type: core.condition.FlowCondition, namespace: n, flowId: f}}\n"
    )

    assert parse_flow(source, registry).deprecations == (
        "inputs[0]",
        "inputs[1].options",
        "triggers[0].conditions[1].conditions[0]",
        "triggers[0].conditions[2]",
        "triggers[0].conditions[2].conditions.x",
    )


def test_the_newer_vocabulary_is_read(registry: Registry) -> None:
    source = HEAD + (
        "tasks:\n"
        "  - id: g\n"
        "    type: core.flow.Sequential\n"
        "    tasks: [{id: a, type: core.log.Log, message: x, priority: 5}]\n"
        "    finally: [{id: b, type: core.log.Log, message: x}]\n"
        "    retry: {type: constant, interval: PT1S, maxAttempts: 3}\n"
        "    onWorkerLost: FAIL\n"
        "    taskCache: {enabled: true, ttl: PT1H}\n"
        "finally: [{id: c, type: core.log.Log, message: x}]\n"
        "afterExecution: [{id: d, type: core.log.Log, message: x}]\n"
        'checks: [{condition: "{{ true }}", message: no, behavior: BLOCK_EXECUTION}]\n'
    )

    flow = parse_flow(source, registry).flow

    assert flow is not None
    assert [(place, task.id) for place, task in flow.walk()] == [
        (("tasks", 0), "g"),
        (("tasks", 0, "tasks", 0), "a"),
        (("tasks", 0, "finally", 0), "b"),
        (("finally", 0), "c"),
        (("afterExecution", 0), "d"),
    ]


def test_tasks_nested_too_deeply_are_refused(registry: Registry) -> None:
    depth = 49
    source = HEAD + "tasks: [" + "{id: a, type: core.flow.Sequential, tasks: [" * depth
    source += "]}" * depth + "]"

    assert parse_flow(source, registry).errors

    deeper = HEAD + "tasks: [" + "{id: a, type: core.flow.Sequential, tasks: [" * 70
    assert parse_flow(deeper + "]}" * 70 + "]", registry).errors[0].code == "yaml.too_deep"


def test_warnings_do_not_refuse(registry: Registry) -> None:
    outcome = parse_flow(
        HEAD + 'tasks: [{id: a, type: core.log.Log, message: "{{ inputs.dey }}"}]', registry
    )

    assert outcome.flow is not None
    assert [item.severity for item in outcome.diagnostics] == [Severity.WARNING]


def test_the_namespace_of_a_source_is_known_before_it_is_valid() -> None:
    assert source_namespace("namespace: a.b\ntasks: nonsense") == "a.b"
    assert source_namespace("[") is None


def test_a_flow_can_be_shown_as_data_even_with_expressions_in_typed_places(
    registry: Registry,
) -> None:
    source = HEAD + (
        "labels: {a: b}\n"
        "tasks:\n"
        "  - {id: s, type: core.flow.Sleep, duration: '{{ x }}', timeout: PT5S}\n"
        "  - {id: c, type: core.flow.Subflow, namespace: n, flowId: g, labels: {a: '{{ x }}'}}\n"
    )
    flow = parse_flow(source, registry).flow
    assert flow is not None

    shown = flow.model_dump(mode="json", by_alias=True, exclude_unset=True)

    assert shown["labels"] == [{"key": "a", "value": "b"}]
    assert shown["tasks"][0]["duration"] == "{{ x }}"
    assert shown["tasks"][0]["timeout"] == "PT5S"
    assert shown["tasks"][1]["labels"] == {"a": "{{ x }}"}
