"""What the inline core tasks do, and how the flowable ones describe themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from downbeat.sdk.context import RunInfo
from downbeat.sdk.effects import (
    AddLabels,
    EndExecution,
    KvDelete,
    KvSet,
    LogLine,
    ResumeExecution,
    SetVariables,
    ToggleTrigger,
)
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.shapes import Choice, Concurrent, Delay, Graph, Hold, Iteration, Sequence, Shape
from downbeat.sdk.task import FlowableTask, InlineResult, InlineTask
from flows.spec.expressions import NoServices
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry
from flows.spec.render import render_task

RUN = RunInfo("main", "company.team", "f", "e1", "t", "r1", 1, 1)
CONTEXT: dict[str, Any] = {"inputs": {"labels": {"a": 1}, "no": False, "n": 5}}


class Context:
    """An inline context over plain maps."""

    run = RUN

    def __init__(
        self, pairs: Mapping[str, Any] | None = None, variables: Mapping[str, Any] | None = None
    ) -> None:
        self.pairs = dict(pairs or {})
        self.variables: Mapping[str, Any] = dict(variables or {})

    def kv_get(self, namespace: str, key: str) -> Any:
        return self.pairs[f"{namespace}/{key}"]

    def kv_keys(self, namespace: str, prefix: str) -> list[str]:
        start = f"{namespace}/{prefix}"
        return [key.split("/", 1)[1] for key in self.pairs if key.startswith(start)]

    def state_get(self, key: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.pairs.get(key)
        return found


def task(registry: Registry, properties: str) -> Any:
    outcome = parse_flow(f"id: f\nnamespace: n\ntasks: [{{id: t, {properties}}}]", registry)
    assert outcome.flow is not None, outcome.errors
    return outcome.flow.tasks[0]


def run(registry: Registry, properties: str, context: Context | None = None) -> InlineResult:
    found = render_task(task(registry, properties), CONTEXT, NoServices())
    assert isinstance(found, InlineTask)
    return found.run_inline(context or Context())


def test_log_writes_each_message(registry: Registry) -> None:
    assert run(registry, "type: core.log.Log, message: a").effects == (LogLine("INFO", "a"),)
    several = run(registry, "type: core.log.Log, level: WARN, message: [a, {b: 1}]")
    assert several.effects == (LogLine("WARN", "a"), LogLine("WARN", '{"b":1}'))


def test_return_gives_its_text(registry: Registry) -> None:
    assert run(registry, "type: core.debug.Return, format: '{{ inputs.n }}'").outputs == {
        "value": "5"
    }
    assert run(registry, "type: core.debug.Return").outputs == {"value": None}


def test_output_values_publishes_texts_and_numbers(registry: Registry) -> None:
    found = run(registry, "type: core.output.OutputValues, values: {a: '{{ inputs.n }}', b: 7}")

    assert found.outputs == {"values": {"a": "5", "b": 7}}


@pytest.mark.parametrize(
    ("condition", "fails"),
    [
        ("'{{ inputs.n == 5 }}'", True),
        ("'{{ inputs.no }}'", False),
        ("'{{ 0 }}'", False),
        ("''", False),
        ("'false'", False),
        ("'-0'", False),
        ("'anything'", True),
        ("true", True),
    ],
)
def test_fail_follows_the_languages_truth(registry: Registry, condition: str, fails: bool) -> None:
    properties = f"type: core.execution.Fail, errorMessage: no, condition: {condition}"

    if fails:
        with pytest.raises(TaskFailed, match="no"):
            run(registry, properties)
    else:
        assert run(registry, properties) == InlineResult()


def test_fail_without_condition_always_fails(registry: Registry) -> None:
    with pytest.raises(TaskFailed, match="Task failure"):
        run(registry, "type: core.execution.Fail")


def test_assert_names_the_conditions_that_are_false(registry: Registry) -> None:
    with pytest.raises(TaskFailed, match="Assertion 2 is not true"):
        run(
            registry,
            "type: core.execution.Assert, conditions: ['{{ inputs.n > 1 }}', '{{ inputs.no }}']",
        )


@pytest.mark.parametrize(
    "labels",
    ["'{{ inputs.labels }}'", "'{\"a\": 1}'", "{a: '{{ 1 }}'}", "[{key: a, value: '{{ 1 }}'}]"],
)
def test_labels_come_as_text_map_or_list(registry: Registry, labels: str) -> None:
    found = run(registry, f"type: core.execution.Labels, labels: {labels}")

    assert found.effects == (AddLabels({"a": "1"}),)


@pytest.mark.parametrize("labels", ["{system.a: b}", "'no json'", "[{key: a}]", "{a: ''}"])
def test_labels_that_are_none_fail_the_task(registry: Registry, labels: str) -> None:
    with pytest.raises(TaskFailed):
        run(registry, f"type: core.execution.Labels, labels: {labels}")


def test_variables_are_set_and_removed(registry: Registry) -> None:
    context = Context(variables={"a": 1})

    assert run(
        registry, "type: core.execution.SetVariables, variables: {a: 2}", context
    ).effects == (SetVariables({"a": 2}),)
    assert run(
        registry, "type: core.execution.UnsetVariables, variables: [a]", context
    ).effects == (SetVariables({}, remove=("a",)),)
    with pytest.raises(TaskFailed, match="exist already: a"):
        run(
            registry,
            "type: core.execution.SetVariables, overwrite: false, variables: {a: 2}",
            context,
        )
    with pytest.raises(TaskFailed, match="no variable named b"):
        run(registry, "type: core.execution.UnsetVariables, variables: [b]", context)


def test_control_tasks_ask_for_their_effect(registry: Registry) -> None:
    resume = run(registry, "type: core.execution.Resume, executionId: x").effects
    leave = run(registry, "type: core.execution.Exit, state: CANCELED").effects
    toggle = run(registry, "type: core.trigger.Toggle, trigger: s, enabled: true").effects

    assert resume == (ResumeExecution("x"),)
    assert leave[-1] == EndExecution("CANCELLED")
    assert toggle == (ToggleTrigger("company.team", "f", "s", True),)


def test_keys_are_written_with_their_type(registry: Registry) -> None:
    found = run(registry, "type: core.kv.Set, key: k, value: '123.45', kvType: NUMBER, ttl: PT1H")

    assert found.effects == (
        KvSet("company.team", "k", 123.45, "NUMBER", timedelta(hours=1), overwrite=True),
    )
    typed = run(registry, "type: core.kv.Set, key: k, value: '[1]', kvType: JSON")
    assert isinstance(typed.effects[0], KvSet)
    assert typed.effects[0].value == [1]


@pytest.mark.parametrize(
    "properties",
    [
        "key: k, value: x, kvType: NUMBER",
        "key: k, value: 'nan', kvType: NUMBER",
        "key: k, value: maybe, kvType: BOOLEAN",
        "key: k, value: tomorrow, kvType: DATE",
        "key: k, value: long, kvType: DURATION",
        "key: k, value: '{', kvType: JSON",
        "key: 'no/slash', value: x",
        "key: there, value: x, overwrite: false",
    ],
)
def test_a_pair_that_cannot_be_stored_fails_the_task(registry: Registry, properties: str) -> None:
    with pytest.raises(TaskFailed):
        run(registry, f"type: core.kv.Set, {properties}", Context({"company.team/there": 1}))


def test_keys_are_read_listed_and_deleted(registry: Registry) -> None:
    context = Context({"company.team/k-1": 7, "company.team/x": 8, "other/k-2": 9})

    assert run(registry, "type: core.kv.Get, key: k-1", context).outputs == {"value": 7}
    assert run(registry, "type: core.kv.Get, key: k-2, namespace: other", context).outputs == {
        "value": 9
    }
    assert run(registry, "type: core.kv.Get, key: none", context).outputs == {"value": None}
    assert run(registry, "type: core.kv.GetKeys, prefix: k-", context).outputs == {"keys": ["k-1"]}
    deleted = run(registry, "type: core.kv.Delete, key: x", context)
    assert (deleted.outputs, deleted.effects) == (
        {"deleted": True},
        (KvDelete("company.team", "x"),),
    )
    assert run(registry, "type: core.kv.Delete, key: none", context).outputs == {"deleted": False}
    for kind in ("Get", "Delete"):
        with pytest.raises(TaskFailed, match="No value found"):
            run(registry, f"type: core.kv.{kind}, key: none, errorOnMissing: true", context)


LOG = "[{id: a, type: core.log.Log, message: x}]"


def shape(registry: Registry, properties: str) -> Shape:
    found = task(registry, properties)
    assert isinstance(found, FlowableTask)
    return found.shape()


def test_flowable_tasks_describe_their_structure(registry: Registry) -> None:
    sequence = shape(registry, f"type: core.flow.Sequential, tasks: {LOG}")
    assert isinstance(sequence, Sequence)
    assert not sequence.tolerant
    tolerant = shape(registry, f"type: core.flow.AllowFailure, tasks: {LOG}")
    assert isinstance(tolerant, Sequence)
    assert tolerant.tolerant
    parallel = shape(registry, f"type: core.flow.Parallel, concurrent: 3, tasks: {LOG}")
    assert isinstance(parallel, Concurrent)
    assert parallel.limit == 3
    dag = shape(registry, "type: core.flow.Dag, tasks: [{task: {id: a, type: core.debug.Return}}]")
    assert isinstance(dag, Graph)
    assert dag.needs == {"a": ()}
    choice = shape(registry, f"type: core.flow.If, condition: x, then: {LOG}")
    assert isinstance(choice, Choice)
    assert (choice.by, set(choice.cases), choice.default) == ("truth", {"true"}, None)
    switch = shape(registry, f"type: core.flow.Switch, value: x, defaults: {LOG}")
    assert isinstance(switch, Choice)
    assert (switch.by, switch.cases, len(switch.default or ())) == ("text", {}, 1)
    each = shape(
        registry, f"type: core.flow.ForEach, values: [1], concurrencyLimit: 0, tasks: {LOG}"
    )
    assert isinstance(each, Iteration)
    assert (each.limit, each.ordered) == (0, True)
    old = shape(registry, f"type: core.flow.EachParallel, value: [1], tasks: {LOG}")
    assert isinstance(old, Iteration)
    assert (old.field, old.limit, old.ordered) == ("value", 0, False)
    hold = shape(registry, "type: core.flow.Pause, behavior: FAIL")
    assert isinstance(hold, Hold)
    assert (hold.behavior, hold.tasks) == ("FAIL", ())
    assert shape(registry, "type: core.flow.Sleep, duration: PT1S") == Delay("duration")


def test_a_template_says_that_there_are_none(registry: Registry) -> None:
    with pytest.raises(TaskFailed, match="templates are not kept"):
        run(registry, "type: core.flow.Template, namespace: n, templateId: x")
