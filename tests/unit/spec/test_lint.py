"""Rules over whole flows: each finding, its code and its place."""

from __future__ import annotations

import pytest

from flows.spec.parse import parse_flow
from flows.spec.registry import Registry

HEAD = "id: f\nnamespace: company.team\n"
ONE = "tasks: [{id: a, type: core.log.Log, message: x}]\n"

CASES = {
    "a task id twice, at another depth": (
        ONE.replace(
            "x}",
            "x}, {id: g, type: core.flow.Sequential, tasks: "
            "[{id: a, type: core.log.Log, message: y}]}",
        ),
        ("error", "task.duplicate_id", "tasks[1].tasks[0].id"),
    ),
    "a trigger that only the platform polls": (
        ONE + "triggers: [{id: t, type: core.connection.Check, connection: a, "
        "implementation: 'os:path'}]",
        ("error", "trigger.type_internal", "triggers[0].type"),
    ),
    "an input id twice": (
        ONE + "inputs: [{id: i, type: STRING}, {id: i, type: INT}]",
        ("error", "input.duplicate_id", "inputs[1].id"),
    ),
    "an input that is the map of another": (
        ONE + "inputs: [{id: i.j, type: STRING}, {id: i, type: INT}]",
        ("error", "input.is_map", "inputs[1].id"),
    ),
    "a trigger id twice": (
        ONE + "triggers: [{id: t, type: core.trigger.Webhook, key: a}, "
        "{id: t, type: core.trigger.Webhook, key: b}]",
        ("error", "trigger.duplicate_id", "triggers[1].id"),
    ),
    "an output id twice": (
        ONE + "outputs: [{id: o, type: STRING, value: a}, {id: o, type: STRING, value: b}]",
        ("error", "output.duplicate_id", "outputs[1].id"),
    ),
    "a cycle in a Dag": (
        (
            "tasks: [{id: d, type: core.flow.Dag, tasks: ["
            "{task: {id: a, type: core.log.Log, message: x}, dependsOn: [b]},"
            "{task: {id: b, type: core.log.Log, message: x}, dependsOn: [a]}]}]"
        ),
        ("error", "dag.cycle", "tasks[0].tasks"),
    ),
    "a Dag that needs a stranger": (
        (
            "tasks: [{id: d, type: core.flow.Dag, tasks: ["
            "{task: {id: a, type: core.log.Log, message: x}, dependsOn: [zzz]}]}]"
        ),
        ("error", "dag.unknown_task", "tasks[0].tasks[0].dependsOn[0]"),
    ),
    "a cycle of inputs": (
        ONE + "inputs: [{id: i, type: STRING, dependsOn: {inputs: [j]}}, "
        "{id: j, type: STRING, dependsOn: {inputs: [i]}}]",
        ("error", "input.cycle", "inputs"),
    ),
    "an input that needs a stranger": (
        ONE + "inputs: [{id: i, type: STRING, dependsOn: {inputs: [zzz]}}]",
        ("error", "input.unknown_dependency", "inputs[0].dependsOn.inputs[0]"),
    ),
    "a flow that calls itself": (
        "tasks: [{id: s, type: core.flow.Subflow, namespace: company.team, flowId: f}]",
        ("error", "subflow.recursive", "tasks[0].flowId"),
    ),
    "a group in a working directory": (
        (
            "tasks: [{id: w, type: core.flow.WorkingDirectory, tasks: ["
            "{id: p, type: core.flow.Pause}]}]"
        ),
        ("error", "directory.not_runnable", "tasks[0].tasks[0]"),
    ),
    "a cron expression that is none": (
        ONE + "triggers: [{id: t, type: core.trigger.Schedule, cron: '61 * * * *'}]",
        ("error", "trigger.cron", "triggers[0].cron"),
    ),
    "seconds without withSeconds": (
        ONE + "triggers: [{id: t, type: core.trigger.Schedule, cron: '* * * * * *'}]",
        ("error", "trigger.cron", "triggers[0].cron"),
    ),
    "an expression that cannot be read": (
        "tasks: [{id: a, type: core.log.Log, message: '{{ 1 + }}'}]",
        ("error", "expression.syntax", "tasks[0].message"),
    ),
    "a webhook key that cannot be read": (
        ONE + "triggers: [{id: t, type: core.trigger.Webhook, key: '{{ ( }}'}]",
        ("error", "expression.syntax", "triggers[0].key"),
    ),
    "an unknown task in an expression": (
        "tasks: [{id: alpha, type: core.log.Log, message: '{{ outputs.alpa.value }}'}]",
        ("warning", "reference.task", "tasks[0].message"),
    ),
    "an unknown input in an expression": (
        (
            "inputs: [{id: day, type: STRING}]\n"
            "tasks: [{id: a, type: core.log.Log, message: ['x', '{{ inputs.dya }}']}]"
        ),
        ("warning", "reference.input", "tasks[0].message[1]"),
    ),
    "an unknown variable in an expression": (
        "variables: {day: 1}\ntasks: [{id: a, type: core.log.Log, message: '{{ vars.night }}'}]",
        ("warning", "reference.variable", "tasks[0].message"),
    ),
    "a timeout of a group": (
        (
            "tasks: [{id: g, type: core.flow.Sequential, timeout: PT1M, tasks: "
            "[{id: a, type: core.log.Log, message: x, timeout: PT1M}]}]"
        ),
        ("warning", "group.timeout", "tasks[0].timeout"),
    ),
    "a task after the end": (
        "tasks: [{id: a, type: core.execution.Exit}, {id: b, type: core.log.Log, message: x}]",
        ("warning", "task.unreachable", "tasks[1]"),
    ),
    "a default that its own input refuses": (
        ONE + "inputs: [{id: i, type: INT, defaults: many}]",
        ("warning", "input.default", "inputs[0].defaults"),
    ),
    "a trigger that gives an unknown input": (
        ONE + "triggers: [{id: t, type: core.trigger.Webhook, key: k, inputs: {x: 1}}]",
        ("warning", "trigger.unknown_input", "triggers[0].inputs.x"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_finds_it(registry: Registry, name: str) -> None:
    source, expected = CASES[name]

    outcome = parse_flow(HEAD + source, registry)

    found = [(str(item.severity), item.code, item.path) for item in outcome.diagnostics]
    assert found == [expected], outcome.diagnostics
    assert (outcome.flow is None) == (expected[0] == "error")


FINE = {
    "timeouts that are kept": "tasks: [{id: p, type: core.flow.Pause, timeout: PT1M}, "
    "{id: w, type: core.flow.WorkingDirectory, timeout: PT1M, tasks: "
    "[{id: a, type: core.log.Log, message: x}]}, {id: s, type: core.flow.Subflow, "
    "namespace: company.team, flowId: other, timeout: PT1M}]",
    "inputs with dots": "inputs: [{id: a.b, type: STRING}, {id: a.c, type: STRING}]\n"
    "tasks: [{id: x, type: core.log.Log, message: '{{ inputs.a.b }} {{ inputs.a }}'}]",
    "variables that a task sets": "tasks: [{id: a, type: core.execution.SetVariables, "
    "variables: {day: 1}}, {id: b, type: core.log.Log, message: '{{ vars.day }}'}]",
    "a conditional end": "tasks: [{id: a, type: core.execution.Fail, condition: '{{ false }}'}, "
    "{id: b, type: core.log.Log, message: x}]",
    "outputs of another flow in a trigger": ONE + "inputs: [{id: i, type: STRING}]\n"
    "triggers: [{id: t, type: core.trigger.Flow, inputs: {i: '{{ outputs.theirs.value }}'}}]",
    "a diamond in a Dag": "tasks: [{id: d, type: core.flow.Dag, tasks: ["
    "{task: {id: a, type: core.log.Log, message: x}},"
    "{task: {id: b, type: core.log.Log, message: x}, dependsOn: [a]},"
    "{task: {id: c, type: core.log.Log, message: x}, dependsOn: [a]},"
    "{task: {id: e, type: core.log.Log, message: x}, dependsOn: [b, c]}]}]",
}


@pytest.mark.parametrize("name", FINE)
def test_a_rule_leaves_it_alone(registry: Registry, name: str) -> None:
    assert parse_flow(HEAD + FINE[name], registry).diagnostics == ()


def test_a_namespace_that_hides_an_address_is_refused(registry: Registry) -> None:
    outcome = parse_flow("id: f\nnamespace: search\n" + ONE, registry)

    assert [item.code for item in outcome.errors] == ["namespace.reserved"]


def test_system_labels_are_refused_but_for_the_lock(registry: Registry) -> None:
    refused = parse_flow(HEAD + ONE + "labels: {system.a: 1, b: 2}", registry)
    locked = parse_flow(HEAD + ONE + "labels: {system.readOnly: true}", registry)

    assert [(item.code, item.path) for item in refused.errors] == [("label.system", "labels")]
    assert "system.a" in refused.errors[0].message
    assert locked.flow is not None
