"""Templates: text, literals, whitespace control, raw parts, and errors with a place."""

from __future__ import annotations

import pytest

from flows.spec.expressions import ExpressionSyntaxError, compile_template, is_template
from tests.unit.expressions.conftest import Render


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain } }} %} text", "plain } }} %} text"),
        ("a{# a {{ comment }} #}b", "ab"),
        ("a {#- c -#} b", "ab"),
        ("a {{- 1 -}} b", "a1b"),
        ("a \n {%- if true -%} \n b \n {%- endif -%} \n c", "abc"),
        ("{{ 1 }}\n{{ 2 }}\n", "1\n2\n"),
        ("{% if true %}\nx{% endif %}", "\nx"),
        ("{% raw %}{{ kept }}{% endraw %}", "{{ kept }}"),
        ("{%raw%}{% for %}{%endraw%}", "{% for %}"),
        ("x {%- raw -%} {{ a }} {%- endraw -%} y", "x{{ a }}y"),
        ("{% verbatim %}{{ kept }}{% endverbatim %}", "{{ kept }}"),
        ("{% raw %}{{a}}{% endraw %} and {% raw %}{{b}}{% endraw %}", "{{a}} and {{b}}"),
        ("{{ '}}' }}{{ \"%}\" }}", "}}%}"),
        ("{{ {'a': {'b': 1}} }}", '{"a":{"b":1}}'),
        ("{{{'a': 1}.a}}", "1"),
        (r"{{ 'it\'s' }} {{ '\d' }} {{ 'a\\b' }} {{ '\n' }}", r"it's \d a\b \n"),
        (r'{{ "say \"hi\"" }}', 'say "hi"'),
        ('{{ "a#{1 + 1}b#{"c#{3}"}" }}', "a2bc3"),
        ('{{ "no #interpolation" }}', "no #interpolation"),
        ("{{ 'line\nbreak' }}", "line\nbreak"),
        ("{{ 12L }} {{ 1e2 }} {{ 2.5e-1 }}", "12 100.0 0.25"),
        ("{{ TRUE }} {{ none }} {{ False }}", "true  false"),
        ("{{ [1, 2,] }} {{ {'a': 1,} }} {{ [] }} {{ {} }}", '[1,2] {"a":1} [] {}'),
        ("{{ [1, [2, 3]][1][0] }} {{ {'a': [7]}.a[0] }} {{ ('x')}}", "2 7 x"),
        ("{{ [1, 2, 3].1 }} {{ [[1, 2]].0.1 }}", "2 2"),
        ("{{ {1: 'one'}['1'] }}", "one"),
    ],
)
def test_templates_render_as_written(render: Render, source: str, text: str) -> None:
    assert render(source) == text


def test_text_without_braces_is_literal_and_returned_as_it_is() -> None:
    template = compile_template("a { b } % #")

    assert template.is_literal
    assert not is_template("a { b }")
    assert is_template("{# c #}")


@pytest.mark.parametrize(
    ("source", "line", "column", "message"),
    [
        ("{{ 1", 1, 1, "never closed"),
        ("a\n{{ b }\n}", 2, 6, "Unexpected `}`"),
        ("{{ (1 }}", 1, 4, "never closed"),
        ("{{ (1] }}", 1, 6, "Unexpected `]`"),
        ("{{ get missing }}", 1, 8, "Expected an operator or `}}`, found `missing`"),
        ("{{ }}", 1, 4, "Expected a value"),
        ("{{ 1 + }}", 1, 8, "Expected a value"),
        ("{{ a. }}", 1, 7, "Expected a key"),
        ("{{ a.b() }}", 1, 6, "no methods"),
        ("{{ 'a }}", 1, 4, "never closed"),
        ('{{ "a }}', 1, 4, "never closed"),
        ("{{ a && b }}", 1, 6, "write `and`"),
        ("{{ a ? b }}", 1, 10, "Expected `:`"),
        ("{{ a if b }}", 1, 11, "Expected `else`"),
        ("{# open", 1, 1, "never closed"),
        ("{% raw %}x", 1, 1, "never closed"),
        ("{% if true %}x", 1, 15, "endif"),
        ("{% endif %}", 1, 4, "closes nothing"),
        ("{% fro x in y %}", 1, 4, "did you mean `for`"),
        ("{% set if = 1 %}", 1, 8, "cannot be a name"),
        ("{{ f(a=1, 2) }}", 1, 11, "named argument"),
        ("{{ 'a' | uper }}", 1, 10, "There is no filter `uper`; did you mean `upper`?"),
        ("{{ secrte('K') }}", 1, 4, "There is no function `secrte`; did you mean `secret`?"),
        ("{{ a is definde }}", 1, 9, "There is no test `definde`; did you mean `defined`?"),
        ("{{ 'a' | replace }}", 1, 10, "expects an argument `replace_pairs`"),
        ("{{ 'a' | upper(1) }}", 1, 10, "takes no arguments"),
        ("{{ secret() }}", 1, 4, "expects an argument `key`"),
        ("{{ now(fromat='x') }}", 1, 4, "has no argument `fromat`; did you mean `format`?"),
        ("{{ now('a', format='b') }}", 1, 4, "twice"),
        ("{% import 'x' as y %}", 1, 4, "no other template to load"),
        ("{% include 'x' %}", 1, 4, "no other template to load"),
        ("{{ block('none') }}", 1, 4, "There is no block `none`"),
        ("{% macro m() %}{% endmacro %}{% macro m() %}{% endmacro %}", 1, 33, "twice"),
        ("{{ 1" + "0" * 400 + " }}", 1, 4, "digits"),
        ("{{ 1e999 }}", 1, 4, "too large"),
    ],
)
def test_what_cannot_be_parsed_says_where_and_what_to_write(
    source: str, line: int, column: int, message: str
) -> None:
    with pytest.raises(ExpressionSyntaxError) as caught:
        compile_template(source)

    error = caught.value
    assert message in str(error)
    assert (error.line, error.column) == (line, column)
    assert (error.code, error.source) == ("expression.syntax", source)


@pytest.mark.parametrize(
    "source",
    ["{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
     "{{ " + "[" * 5000 + "]" * 5000 + " }}",
     "{{ " + "not " * 5000 + "x }}",
     "{{ " + "-" * 5000 + "1 }}",
     "{{ x" + ".a" * 5000 + " }}",
     "{{ x" + "|upper" * 5000 + " }}",
     "{{ 1" + "+1" * 5000 + " }}",
     "{{ " + "a ? b : " * 5000 + "c }}",
     "{% if x %}" * 5000,
     '{{ ' + '"#{' * 5000 + " }}",
     "{{ " + "f(" * 5000 + " }}",
     "{{ " + "{1:" * 5000 + " }}",
     "{{ " + "x " * 60000 + " }}"],
    ids=range(13),
)  # fmt: skip
def test_deep_or_long_sources_are_refused_not_crashed_on(source: str) -> None:
    with pytest.raises(ExpressionSyntaxError):
        compile_template(source)


def test_long_chains_of_one_operator_stay_shallow(render: Render) -> None:
    assert render("{{ " + " ~ ".join(["'a'"] * 3000) + " }}") == "a" * 3000
    assert render("{{ " + " or ".join(["false"] * 3000) + " }}") == "false"


def test_the_same_source_is_compiled_once() -> None:
    assert compile_template("{{ a.b.c }}") is compile_template("{{ a.b.c }}")
