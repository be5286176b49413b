"""Rendering a task: what is text stays text, what is typed becomes typed, errors name the place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from downbeat.sdk.labels import Label
from downbeat.sdk.task import Task
from flows.spec.expressions import NoServices
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry
from flows.spec.render import (
    RenderError,
    iteration_values,
    references_of,
    render_field,
    render_properties,
    render_task,
    templates_of,
)

CONTEXT: dict[str, Any] = {
    "inputs": {"n": 3, "list": [1, 2], "level": "WARN", "yes": True},
    "outputs": {"a": {"value": "x"}},
    "flow": {"id": "f"},
}


def task(registry: Registry, text: str) -> Task:
    outcome = parse_flow(f"id: f\nnamespace: n\ntasks:\n  - {text}", registry)
    assert outcome.flow is not None, outcome.errors
    return outcome.flow.tasks[0]


def rendered(registry: Registry, text: str) -> Any:
    return render_task(task(registry, text), CONTEXT, NoServices())


def test_text_is_rendered_to_text(registry: Registry) -> None:
    found = rendered(
        registry, "{id: a, type: core.debug.Return, format: '{{ inputs.list }} {{ inputs.n }}'}"
    )

    assert found.format == "[1,2] 3"
    assert (
        rendered(registry, "{id: a, type: core.debug.Return, format: '{{ inputs.n }}'}").format
        == "3"
    )


def test_whole_expressions_give_typed_values(registry: Registry) -> None:
    found = rendered(
        registry,
        "{id: a, type: core.flow.Subflow, namespace: n, flowId: g, wait: '{{ inputs.n > 2 }}', "
        "revision: '{{ inputs.n }}', inputs: {l: '{{ inputs.list }}', k: 7}, "
        "labels: {day: '{{ inputs.n }}'}}",
    )

    assert (found.wait, found.revision) == (True, 3)
    assert found.inputs == {"l": "[1,2]", "k": 7}
    assert found.labels == (Label("day", "3"),)


def test_the_rendered_task_keeps_its_source(registry: Registry) -> None:
    found = rendered(registry, "{id: a, type: core.log.Log, message: '{{ inputs.n }}'}")

    assert found.message == "3"
    assert found.raw["message"] == "{{ inputs.n }}"


def test_a_value_of_the_wrong_type_names_the_property(registry: Registry) -> None:
    with pytest.raises(RenderError, match=r"level: .* must be one of .*got 'LOUD'"):
        rendered(registry, "{id: a, type: core.log.Log, message: x, level: \"{{ 'LOUD' }}\"}")


def test_an_unknown_name_names_the_property(registry: Registry) -> None:
    with pytest.raises(RenderError, match=r"Property 'message': Unable to find `inputs.m`"):
        rendered(registry, "{id: a, type: core.log.Log, message: '{{ inputs.m }}'}")


def test_tasks_inside_are_not_rendered(registry: Registry) -> None:
    found = rendered(
        registry,
        "{id: w, type: core.flow.WorkingDirectory, inputFiles: {a: '{{ inputs.n }}'}, "
        "tasks: [{id: a, type: core.log.Log, message: '{{ never.there }}'}]}",
    )

    assert found.input_files == {"a": "3"}
    assert found.tasks[0].message == "{{ never.there }}"


def test_one_property_is_rendered_and_typed(registry: Registry) -> None:
    sleep = task(registry, "{id: s, type: core.flow.Sleep, duration: 'PT{{ inputs.n }}S'}")
    pause = task(registry, "{id: p, type: core.flow.Pause, pauseDuration: 'PT1M'}")
    loop = task(
        registry,
        "{id: l, type: core.flow.LoopUntil, condition: '{{ inputs.yes }}', "
        "checkFrequency: {interval: 'PT{{ inputs.n }}S'}, "
        "tasks: [{id: a, type: core.log.Log, message: x}]}",
    )

    def field(found: Task, name: str) -> Any:
        return render_field(found, name, CONTEXT, NoServices())

    assert field(sleep, "duration") == timedelta(seconds=3)
    assert field(sleep, "timeout") is None
    assert field(pause, "delay") == timedelta(minutes=1)
    assert field(loop, "condition") == "true"
    assert field(loop, "check_frequency").interval == timedelta(seconds=3)
    assert field(loop, "check_frequency").max_iterations == 100
    assert field(loop, "fail_on_max_reached") is False
    with pytest.raises(RenderError, match="duration"):
        field(
            task(registry, "{id: s, type: core.flow.Sleep, duration: '{{ inputs.n }}'}"), "duration"
        )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("'{{ inputs.list }}'", ("1", "2")),
        ('\'["a", "b", "a"]\'', ("a", "b")),
        ("[x, {k: '{{ inputs.n }}'}, 1.5, true]", ("x", '{"k":"3"}', "1.5", "true")),
        ("[]", ()),
    ],
)
def test_a_loop_iterates_over_texts(
    registry: Registry, values: str, expected: tuple[str, ...]
) -> None:
    loop = task(
        registry,
        f"{{id: e, type: core.flow.ForEach, values: {values}, "
        "tasks: [{id: a, type: core.log.Log, message: x}]}",
    )

    assert iteration_values(render_field(loop, "values", CONTEXT, NoServices())) == expected


@pytest.mark.parametrize("rendered_values", ["no json", '{"a": 1}', [1, None], 7, None])
def test_what_is_no_list_of_values_is_refused(rendered_values: object) -> None:
    with pytest.raises(RenderError):
        iteration_values(rendered_values)


def test_raw_properties_are_rendered_for_another_process(registry: Registry) -> None:
    found = task(registry, "{id: a, type: core.log.Log, message: ['{{ inputs.n }}', b]}")

    assert render_properties(type(found), found.raw, CONTEXT, NoServices()) == {
        "id": "a",
        "type": "core.log.Log",
        "message": ["3", "b"],
    }


def test_references_are_those_of_the_tasks_own_properties(registry: Registry) -> None:
    group = task(
        registry,
        "{id: g, type: core.flow.If, condition: \"{{ outputs.a.value == secret('KEY') }}\", "
        "runIf: \"{{ kv('flag') }}\", description: '{{ not.read }}', "
        "then: [{id: a, type: core.log.Log, message: '{{ outputs.b.value }}'}]}",
    )

    found = references_of(group)

    assert found.outputs == (("outputs", "a", "value"),)
    assert found.secrets == ("KEY",)
    assert found.kv == ("flag",)
    assert [place for place, _ in templates_of(group)] == [("condition",), ("runIf",)]
