"""Laws over arbitrary texts and templates: only `ExpressionError` ever leaves the language."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from downbeat.sdk.fields import truth
from flows.spec.expressions import (
    Budget,
    ExpressionError,
    NoServices,
    catalogue,
    compile_template,
    is_template,
)

BUDGET = Budget(steps=5_000, output_chars=20_000, depth=20, seconds=1.0)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip

WORDS = [
    "{{", "}}", "{%", "%}", "{#", "#}", "-", " ", "\n", "(", ")", "[", "]", "{", "}", ",", ":", ".",
    "'", '"', "#{", "\\", "?", "??", "???", "|", "~", "..", "+", "*", "/", "%", "==", "<", "a", "b",
    "1", "1.5", "not", "and", "or", "is", "in", "if", "else", "endif", "for", "endfor", "set",
    "block", "endblock", "macro", "endmacro", "filter", "raw", "endraw", "import", "upper", "json",
    "defined", "range", "=", "true", "null", "loop", "contains", "\u00e9", "\ud800", "\0",
]  # fmt: skip

ENTRIES = catalogue()
FILTERS = [entry for entry in ENTRIES.filters if entry.name != "jq"]
ATOMS = ["1", "-2.5", "'x'", "''", "'2024-01-01'", "null", "true", "[1, 'a']", "{'k': 1}", "a", "b",
         "a.k", "b[0]", "missing"]  # fmt: skip


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    """A well-formed expression over the whole vocabulary."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(ATOMS))
    inner = expressions(depth=depth - 1)
    match draw(st.integers(0, 5)):
        case 0:
            operator = draw(st.sampled_from(
                ["+", "-", "*", "/", "%", "~", "==", "<", ">=", "and", "or", "in", "contains",
                 "??", "???", ".."]
            ))  # fmt: skip
            return f"({draw(inner)} {operator} {draw(inner)})"
        case 1:
            return f"({draw(inner)} ? {draw(inner)} : {draw(inner)})"
        case 2:
            test = draw(st.sampled_from([entry.name for entry in ENTRIES.tests]))
            return f"({draw(inner)} is {test})"
        case 3:
            return f"[{draw(inner)}, {draw(inner)}][{draw(inner)}]"
        case 4:
            function = draw(st.sampled_from(ENTRIES.functions))
            return _called(draw, function.name, len(function.arguments), inner)
        case _:
            word = draw(st.sampled_from(FILTERS))
            arguments = _called(draw, word.name, len(word.arguments), inner)
            return f"({draw(inner)} | {arguments})"


def _called(draw: st.DrawFn, name: str, most: int, inner: st.SearchStrategy[str]) -> str:
    arguments = draw(st.lists(inner, min_size=most and 1, max_size=most))
    return f"{name}({', '.join(arguments)})"


def outcome(source: str, context: dict[str, Any]) -> object:
    """What a source renders to, or the error it ends with."""
    try:
        template = compile_template(source)
        assert template.references is not None
        template.evaluate(context, services=NoServices(), budget=BUDGET)
        return template.render(context, services=NoServices(), budget=BUDGET)
    except ExpressionError as error:
        assert str(error)
        assert error.line is not None
        return error


@given(st.lists(st.sampled_from(WORDS), max_size=25).map("".join))
@settings(max_examples=600, deadline=None)
def test_any_sequence_of_words_renders_or_is_refused(source: str) -> None:
    outcome(source, {"a": {"k": 1}, "b": [1, 2]})


@given(st.text(max_size=60).map(lambda text: "{{" + text + "}}"))
@settings(max_examples=200, deadline=None)
def test_any_text_between_braces_renders_or_is_refused(source: str) -> None:
    outcome(source, {})


@given(expressions(), JSON, JSON)
@settings(max_examples=800, deadline=None)
def test_any_expression_over_any_data_renders_or_is_refused(
    expression: str, a: Any, b: Any
) -> None:
    outcome("{{ " + expression + " }}", {"a": a, "b": b})


@given(st.text(max_size=200))
def test_text_without_marks_renders_to_itself(text: str) -> None:
    if not is_template(text):
        assert outcome(text, {}) == text


@given(JSON)
def test_json_of_a_value_reads_back_as_the_value(value: Any) -> None:
    template = compile_template("{{ fromJson(v | json) == v }}")

    assert template.evaluate({"v": value}, services=NoServices()) is True


@given(JSON)
def test_evaluating_a_name_gives_the_value_and_rendering_its_text(value: Any) -> None:
    template = compile_template("{{ v }}")

    assert template.evaluate({"v": value}, services=NoServices()) == value
    text = template.render({"v": value}, services=NoServices())
    if isinstance(value, list | dict):
        assert json.loads(text) == value


@given(st.text(max_size=50))
def test_a_rendered_value_is_never_rendered_again(text: str) -> None:
    assert compile_template("{{ v }}").render({"v": text}, services=NoServices()) == text


@given(JSON)
def test_truth_of_a_value_is_that_of_its_text(value: Any) -> None:
    text = compile_template("{{ v }}").render({"v": value}, services=NoServices())

    assert truth(value) == truth(text) or isinstance(value, float)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_float_reads_back_as_itself(number: float) -> None:
    text = compile_template("{{ v }}").render({"v": number}, services=NoServices())

    assert float(text) == number
    assert "." in text
