"""Names and paths: what they reach, what happens when they reach nothing, what they tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from flows.spec.expressions import NoServices, Value, compile_template
from tests.unit.expressions.conftest import Evaluate, Refuse, Render


class LazyOutputs(Mapping[str, Value]):
    """A mapping that is read on demand and remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getitem__(self, key: str) -> Value:
        self.asked.append(key)
        if key == "load":
            return {"rows": 3, "uris": ["a", "b"]}
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(["load"])

    def __len__(self) -> int:
        return 1


CONTEXT = {
    "inputs": {"day": "2024-01-01", "list": [1, 2, 3], "my-input": "dashed", "none": None},
    "inner": "day",
    "text": "abc",
    "name": "X-GITHUB-EVENT",
    "trigger": {"headers": {"X-Github-Event": "push"}},
    "outputs": {"t": {"1": {"value": "one"}, "values": {"items": "data"}}},
}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ inputs.day }}", "2024-01-01"),
        ("{{ inputs['day'] }}", "2024-01-01"),
        ("{{ inputs[inner] }}", "2024-01-01"),
        ("{{ inputs['my-input'] }}", "dashed"),
        ("{{ inputs.list[0] }}{{ inputs.list[-1] }}{{ inputs.list['1'] }}", "132"),
        ("{{ outputs.t[1].value }}", "one"),
        ("{{ outputs.t.values.items }}", "data"),
        ("{{ inputs.none }}", ""),
        ("{{ inputs.list }}", "[1,2,3]"),
        ("{{ missing is defined }} {{ inputs.none is defined }}", "false false"),
        ("{{ text.x is not defined }} {{ inputs.list[3] is defined }}", "true false"),
        ("{{ inputs[missing].x is defined }}", "false"),
        ("{{ inputs.none is null }}", "true"),
        ("{{ trigger.headers['X-GitHub-Event'] }}", "push"),
        ("{{ trigger.headers['x-github-event'] }} {{ trigger.headers[name] }}", "push push"),
        ("{{ trigger.headers.nothing ?? 'none' }} {{ inputs.Day ?? 'none' }}", "none none"),
        ("{{ missing | default('d') }} {{ inputs.none | default('e') }}", "d e"),
        ("{{ '' | default('f') }} {{ [] | default('g') }} {{ 0 | default(1) }}", "f g 0"),
    ],
)
def test_paths_reach_keys_and_indexes(render: Render, source: str, text: str) -> None:
    assert render(source, **CONTEXT) == text


@pytest.mark.parametrize(
    ("source", "beginning", "parts"),
    [
        ("{{ missing }}", "Unable to find `missing` used in the expression `{{ missing }}` at line 1",
         ["known names: inner, inputs"]),
        ("x\n {{ inputs.dya }}", ("Unable to find `inputs.dya` used in the expression"
         " `{{ inputs.dya }}` at line 2"), ["Did you mean `inputs.day`?", "list, my-input"]),
        ("{{ inputs.my-input }}", "Unable to find `inputs.my`", ["`inputs['my-input']`"]),
        ("{{ inputs['dayy'] }}", "Unable to find `inputs.dayy`", ["`inputs.day`"]),
        ("{{ inputs.list[7] }}", "Unable to find `inputs.list[7]`", ["the list has 3 items"]),
        ("{{ inputs.none.x }}", "Unable to find `inputs.none.x`", ["what it belongs to is null"]),
        ("{{ text.x }}", "Unable to find `text.x`", ["what it belongs to is text"]),
        ("{{ inputs[inner].x }}", "Unable to find `inputs[inner]", ["text"]),
        ("{% if inptus %}{% endif %}", "Unable to find `inptus`", ["`{% if inptus %}`", "`inputs`"]),
        ("{{ missing is null }}", "Unable to find `missing`", []),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_with_place_and_neighbours(
    refusal: Refuse, source: str, beginning: str, parts: list[str]
) -> None:
    error = refusal(source, **CONTEXT)

    assert str(error).startswith(beginning)
    assert all(part in str(error) for part in parts), str(error)
    assert error.code == "expression.undefined"


def test_undefined_names_are_errors_even_behind_a_failed_guard(refusal: Refuse) -> None:
    assert "missing2" in str(refusal("{{ missing is defined ? missing : missing2 }}"))


def test_a_lazy_mapping_is_asked_only_for_what_is_named() -> None:
    outputs = LazyOutputs()
    template = compile_template("{{ outputs.load.rows }}-{{ outputs.other.x ?? 'none' }}")

    text = template.render({"outputs": outputs}, services=NoServices())

    assert text == "3-none"
    assert outputs.asked == ["load", "other"]


def test_a_lazy_mapping_prints_and_evaluates_as_plain_data(
    evaluate: Evaluate, render: Render
) -> None:
    assert render("{{ o }}", o=LazyOutputs()) == '{"load":{"rows":3,"uris":["a","b"]}}'
    assert evaluate("{{ o }}", o=LazyOutputs()) == {"load": {"rows": 3, "uris": ["a", "b"]}}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ 42 }}", 42),
        ("  {{ 42 }}\n", 42),
        ("{{ [1, null, {'a': true}] }}", [1, None, {"a": True}]),
        ("{{ null }}", None),
        ("{{ 1 }}{{ 2 }}", "12"),
        ("{{ 1 }}.", "1."),
        ("{% if true %}1{% endif %}", "1"),
        ("{# c #}{{ 1.5 }}", 1.5),
        ("text", "text"),
        ("{{ now() }}", "2024-03-09T07:05:06.123456Z"),
        ("{{ [now()] }}", ["2024-03-09T07:05:06.123456Z"]),
    ],
)
def test_a_single_expression_evaluates_to_its_own_value(
    evaluate: Evaluate, source: str, value: Any
) -> None:
    assert evaluate(source) == value


def test_an_evaluated_value_is_a_copy_of_the_context(evaluate: Evaluate) -> None:
    inner = {"list": [1]}

    result = evaluate("{{ inner }}", inner=inner)
    result["list"].append(2)

    assert inner == {"list": [1]}


def test_references_are_read_off_the_text() -> None:
    found = compile_template(
        "{{ outputs.load.uri }}{{ outputs['a-b'].x[0] }}{{ inputs.a.b }}{{ vars.v | upper }}"
        "{{ secret('KEY') }}{{ kv('k') }}{{ kv(key='named') }}{{ envs.home }}{{ trigger.body }}"
    ).references

    assert found.outputs == (("outputs", "a-b", "x", "0"), ("outputs", "load", "uri"))
    assert (found.inputs, found.vars, found.envs) == (("a.b",), ("v",), ("home",))
    assert (found.secrets, found.kv) == (("KEY",), ("k", "named"))
    assert (found.functions, found.filters) == (("kv", "secret"), ("upper",))
    assert found.names == ("envs", "inputs", "outputs", "trigger", "vars")
    assert not found.has_dynamic


@pytest.mark.parametrize(
    "source",
    ["{{ secret(inputs.name) }}", "{{ kv('a' ~ 'b') }}", "{{ outputs[taskrun.value].x }}",
     "{{ render(vars.x) }}"],
)  # fmt: skip
def test_computed_names_are_marked_as_dynamic(source: str) -> None:
    assert compile_template(source).references.has_dynamic


def test_references_of_dynamic_paths_end_where_they_are_known() -> None:
    found = compile_template("{{ outputs.t[taskrun.value].value }}").references

    assert found.paths == (("outputs", "t"), ("taskrun", "value"))
    assert not found.has_dynamic


def test_local_names_are_not_references() -> None:
    found = compile_template(
        "{% for o in outputs.list %}{{ o.x }}{{ loop.index }}{% endfor %}{% set s = inputs.a %}"
        "{{ s.b }}{% macro m(p) %}{{ p.q }}{{ flow.id }}{% endmacro %}{{ m(1) }}"
    ).references

    assert found.paths == (("flow", "id"), ("inputs", "a"), ("outputs", "list"))
    assert found.functions == ()
