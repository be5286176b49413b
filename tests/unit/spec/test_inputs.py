"""Typing of inputs and flow outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter

from downbeat.sdk.inputs import INPUT_TYPES, Input
from flows.spec.expressions import NoServices, compile_template
from flows.spec.flow import Output
from flows.spec.inputs import TypedInputs, type_inputs, type_output
from flows.spec.typed import NotOfType

ADAPTER: TypeAdapter[Any] = TypeAdapter(tuple[Input, ...])


def render(text: str, inputs: Mapping[str, Any]) -> Any:
    return compile_template(text).evaluate({"inputs": inputs}, services=NoServices())


def typed(
    *definitions: dict[str, Any], given: dict[str, Any], check_required: bool = True
) -> TypedInputs:
    return type_inputs(
        ADAPTER.validate_python(list(definitions)),
        given,
        render=render,
        check_required=check_required,
    )


GOOD = [
    ({"type": "STRING"}, "a", "a"),
    ({"type": "STRING"}, 42, "42"),
    ({"type": "STRING", "validator": r"A\d+"}, "A123", "A123"),
    ({"type": "INT", "min": 10, "max": 20}, "10", 10),
    ({"type": "INT"}, 3.0, 3),
    ({"type": "FLOAT"}, "42.42", 42.42),
    ({"type": "BOOLEAN"}, "TRUE", True),
    ({"type": "BOOLEAN"}, False, False),
    ({"type": "DATETIME"}, "2019-10-06T20:27:49+02:00", "2019-10-06T18:27:49Z"),
    ({"type": "DATETIME"}, "2019-10-06T18:27:49.5Z", "2019-10-06T18:27:49.500Z"),
    ({"type": "DATE"}, "2019-10-06", "2019-10-06"),
    ({"type": "TIME"}, "18:27", "18:27:00"),
    ({"type": "DURATION"}, "pt5m6s", "PT5M6S"),
    ({"type": "FILE"}, "downbeat:///a/b", "downbeat:///a/b"),
    ({"type": "JSON"}, '{"a": [1]}', {"a": [1]}),
    ({"type": "JSON"}, {"a": 1}, {"a": 1}),
    ({"type": "JSON"}, "[9223372036854775808]", [9.223372036854775808e18]),
    ({"type": "YAML"}, "a: 1\nb: [x]\n", {"a": 1, "b": ["x"]}),
    ({"type": "URI"}, "https://www.google.com", "https://www.google.com"),
    ({"type": "EMAIL"}, "a.b@example.org", "a.b@example.org"),
    ({"type": "ENUM", "values": ["A", "B"]}, "A", "A"),
    ({"type": "SELECT", "values": ["A"], "allowCustomValue": True}, "Z", "Z"),
    ({"type": "SELECT", "expression": "{{ ['D1', 'D2'] }}"}, "D2", "D2"),
    ({"type": "MULTISELECT", "values": ["1", "2"], "itemType": "INT"}, '["1", "2"]', [1, 2]),
    ({"type": "MULTISELECT", "options": ["a"]}, "a", ["a"]),
    ({"type": "ARRAY", "itemType": "INT"}, "[1, 2, 3]", [1, 2, 3]),
    ({"type": "ARRAY", "itemType": "DATE"}, ["2020-01-01"], ["2020-01-01"]),
]


@pytest.mark.parametrize(("definition", "value", "expected"), GOOD)
def test_text_and_data_become_typed_values(
    definition: dict[str, Any], value: object, expected: object
) -> None:
    found = typed({"id": "i", **definition}, given={"i": value})

    assert found.errors == ()
    assert found.values == {"i": expected}
    assert type(found.values["i"]) is type(expected)


BAD = [
    ({"type": "STRING", "validator": r"A\d+"}, "foo", "pattern"),
    ({"type": "INT"}, "forty-two", "integer"),
    ({"type": "INT"}, True, "integer"),
    ({"type": "INT"}, "9" * 19, "64 bits"),
    ({"type": "INT", "min": 10}, "9", "`10`"),
    ({"type": "FLOAT", "max": 0.5}, "1.01", "`0.5`"),
    ({"type": "FLOAT"}, "nan", "finite"),
    ({"type": "BOOLEAN"}, "yes", "true or false"),
    ({"type": "DATETIME"}, "2019-10-06", "instant"),
    (
        {"type": "DATETIME", "before": "2023-12-31T23:59:59Z"},
        "2024-01-01T00:00:00Z",
        "2023-12-31T23:59:59",
    ),
    ({"type": "DATE", "after": "2023-01-01"}, "2022-01-01", "2023-01-01"),
    ({"type": "DATE"}, "2022-02-30", "day is out of range"),
    ({"type": "TIME", "before": "11:59:59"}, "12:00:00", "11:59:59"),
    ({"type": "DURATION", "min": "PT10S"}, "PT1S", "PT10S"),
    ({"type": "DURATION"}, "P9999999999999D", "too long"),
    ({"type": "FILE"}, "/etc/passwd", "internal storage"),
    ({"type": "FILE"}, "downbeat:///a/../b", "'..'"),
    ({"type": "JSON"}, "{a}", "JSON"),
    ({"type": "JSON"}, "[" * 100_000, "deeply"),
    ({"type": "JSON"}, "[" * 101 + "]" * 101, "deeply"),
    ({"type": "JSON"}, "NaN", "JSON"),
    ({"type": "YAML"}, "a: [", "YAML"),
    ({"type": "URI"}, "not a uri", "URI"),
    ({"type": "EMAIL"}, "not an email", "email"),
    ({"type": "ENUM", "values": ["ENUM_VALUE"]}, "INVALID", "ENUM_VALUE"),
    ({"type": "SELECT", "values": ["V1"], "required": False}, "V9", "V1"),
    ({"type": "SELECT", "expression": "{{ ['D1'] }}"}, "D9", "D1"),
    ({"type": "SELECT", "expression": "{{ 'no list' }}"}, "D9", "list"),
    ({"type": "SELECT", "expression": "{{ missing }}"}, "D9", "rendered"),
    ({"type": "MULTISELECT", "values": ["A"]}, '["B"]', "A"),
    ({"type": "ARRAY", "itemType": "INT"}, '["s1"]', "INT"),
    ({"type": "ARRAY", "itemType": "INT"}, "7", "list"),
    ({"type": "STRING", "validator": "(a|aa)+b"}, "a" * 60 + "!", "too long"),
]


@pytest.mark.parametrize(("definition", "value", "reason"), BAD)
def test_a_refused_value_says_why(definition: dict[str, Any], value: object, reason: str) -> None:
    found = typed({"id": "i", **definition}, given={"i": value})

    assert len(found.errors) == 1
    assert found.errors[0].message.startswith("Invalid input for `i`, ")
    assert reason in found.errors[0].reason
    assert ", but received `" in found.errors[0].message
    assert found.values == {}


def test_a_missing_required_input_is_refused_unless_a_trigger_started_it() -> None:
    definition = {"id": "i", "type": "STRING"}

    assert "missing required input" in typed(definition, given={}).errors[0].message
    assert typed(definition, given={}, check_required=False).values == {"i": None}


def test_an_optional_input_without_value_is_null() -> None:
    assert typed({"id": "i", "type": "INT", "required": False}, given={}).values == {"i": None}
    empty = typed({"id": "i", "type": "INT", "required": False}, given={"i": ""})
    assert empty.values == {"i": None}


def test_an_empty_default_counts_as_a_value() -> None:
    assert typed({"id": "i", "type": "STRING", "defaults": ""}, given={}).values == {"i": ""}


def test_defaults_may_use_the_inputs_before_them() -> None:
    found = typed(
        {"id": "a", "type": "STRING", "defaults": "x"},
        {"id": "b", "type": "STRING", "defaults": "{{ inputs.a }}-y"},
        given={},
    )

    assert found.values == {"a": "x", "b": "x-y"}
    assert [state.is_default for state in found.states] == [True, True]


def test_ids_with_dots_make_nested_maps_and_are_found_in_them() -> None:
    definitions = (
        {"id": "n.a", "type": "STRING"},
        {"id": "n.more.b", "type": "INT"},
    )

    assert typed(*definitions, given={"n.a": "x", "n.more.b": "1"}).values == {
        "n": {"a": "x", "more": {"b": 1}}
    }
    assert typed(*definitions, given={"n": {"a": "x", "more": {"b": 1}}}).valid


DEPENDENT = (
    {"id": "one", "type": "STRING"},
    {
        "id": "two",
        "type": "STRING",
        "dependsOn": {"inputs": ["one"], "condition": "{{ inputs.one equals 'v1' }}"},
    },
    {"id": "three", "type": "STRING", "dependsOn": {"inputs": ["two"]}},
)


def test_an_input_is_asked_for_only_if_what_it_depends_on_is() -> None:
    given = {"one": "v1", "two": "v2", "three": "v3"}

    assert typed(*DEPENDENT, given=given).values == given

    dropped = typed(*DEPENDENT, given={**given, "one": "other"})
    assert dropped.values == {"one": "other"}
    assert [state.enabled for state in dropped.states] == [True, False, False]
    assert dropped.errors == ()


def test_a_condition_that_cannot_be_rendered_disables_the_input() -> None:
    found = typed(
        {"id": "a", "type": "STRING", "dependsOn": {"condition": "{{ nothing.there }}"}}, given={}
    )

    assert found.values == {}
    assert found.errors == ()


def test_secrets_are_named_for_whoever_stores_them() -> None:
    found = typed(
        {"id": "s", "type": "SECRET"},
        {"id": "t", "type": "SECRET", "required": False},
        given={"s": "hush"},
    )

    assert found.secrets == ("s",)


def test_names_that_nobody_asks_for_are_reported() -> None:
    assert typed({"id": "a", "type": "STRING"}, given={"a": "x", "b": "y"}).unknown == ("b",)


def test_every_input_type_of_the_language_is_defined() -> None:
    assert set(INPUT_TYPES) >= {
        "STRING",
        "INT",
        "FLOAT",
        "BOOLEAN",
        "DATETIME",
        "DATE",
        "TIME",
        "DURATION",
        "FILE",
        "JSON",
        "YAML",
        "URI",
        "SECRET",
        "ENUM",
        "SELECT",
        "MULTISELECT",
        "ARRAY",
        "EMAIL",
    }


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("INT", "42", 42),
        ("BOOLEAN", "true", True),
        ("JSON", '{"a": 1}', {"a": 1}),
        ("STRING", "42", "42"),
        ("ARRAY", ["a", "b"], ["a", "b"]),
        (None, {"any": 1}, {"any": 1}),
    ],
)
def test_flow_outputs_are_typed(kind: str | None, value: object, expected: object) -> None:
    output = Output.model_validate({"id": "o", "type": kind, "value": "x"})

    assert type_output(output, value) == expected


def test_a_flow_output_of_another_type_is_refused() -> None:
    output = Output.model_validate({"id": "o", "type": "INT", "value": "x"})

    with pytest.raises(NotOfType, match=r"Invalid output for `o`.*not-a-number"):
        type_output(output, "not-a-number")
