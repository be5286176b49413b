"""Tags: if, for, set, block, macro, filter."""

from __future__ import annotations

import pytest

from tests.unit.expressions.conftest import Refuse, Render


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% if a %}A{% elseif b %}B{% else %}C{% endif %}", "B"),
        ("{% if a %}A{% elif b %}B{% endif %}", "B"),
        ("{% if 'false' %}A{% else %}C{% endif %}", "C"),
        ("{% if not a %}{% if b %}in{% endif %}{% endif %}", "in"),
        ("{% for x in xs %}{{ x }},{% endfor %}", "1,2,3,"),
        ("{% for x in [] %}x{% else %}none{% endfor %}", "none"),
        ("{% for x in null %}x{% else %}none{% endfor %}", "none"),
        ("{% for e in m %}{{ e.key }}={{ e.value }};{% endfor %}", "k=v;w=2;"),
        ("{% for k, v in m %}{{ k }}={{ v }};{% endfor %}", "k=v;w=2;"),
        ("{% for a, b in [[1, 2]] %}{{ a }}{{ b }}{% endfor %}", "12"),
        ("{% for x in xs %}{{ loop.index }}{{ loop.index1 }}{{ loop.revindex }} {% endfor %}",
         "012 121 230 "),
        ("{% for x in xs %}{{ loop.first }}{{ loop.last }}/{{ loop.length }} {% endfor %}",
         "truefalse/3 falsefalse/3 falsetrue/3 "),
        ("{% for x in xs %}{% for y in xs %}{{ x * y }}{% endfor %} {% endfor %}",
         "123 246 369 "),
        ("{% set n = 0 %}{% for x in xs %}{% set n = n + x %}{% endfor %}{{ n }}", "6"),
        ("{% for x in xs %}{% set y = x %}{% endfor %}{{ y is defined }}", "false"),
        ("{% for x in xs %}{{ y is defined }} {% set y = x %}{% endfor %}",
         "false false false "),
        ("{% set b %}in {{ b }}{% endset %}{{ b }}", "in true"),
        ("{% set xs = 1 %}{{ xs }}", "1"),
        ("{% block post %} content {% endblock %}{{ block('post') }}", " content  content "),
        ('{% block "post" %}c{% endblock post %}{{ block("post") }}', "cc"),
        ("{{ m1('x') }}{% macro m1(a, b='d') %}{{ a }}{{ b }}{% endmacro %}", "xd"),
        ("{% macro m1(a, b) %}[{{ a }}|{{ b }}]{% endmacro %}{{ m1(b=2) }}", "[|2]"),
        ("{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
         "3210"),
        ("{% macro m1(x) %}{{ x | upper }}{% endmacro %}{{ m1('a') | lower }}", "a"),
        ("{% filter upper | replace({'A': 'b'}) %}a{{ 'c' }}{% endfilter %}", "bC"),
        ("{% autoescape false %}<{{ '<' }}{% endautoescape %}", "<<"),
        ("{% if true %}{{ '{{ x }}' }}{% endif %}", "{{ x }}"),
    ],
)  # fmt: skip
def test_tags_do_what_existing_flows_expect(render: Render, source: str, text: str) -> None:
    assert render(source, a=False, b=True, xs=[1, 2, 3], m={"k": "v", "w": 2}) == text


def test_a_loop_over_text_says_how_to_read_it(refusal: Refuse) -> None:
    error = refusal("\n{% for x in '[1]' %}{% endfor %}")

    assert "fromJson" in str(error)
    assert (error.line, error.code) == (2, "expression.type")


def test_a_macro_that_calls_itself_for_ever_is_stopped(refusal: Refuse) -> None:
    error = refusal("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")

    assert error.code == "expression.budget"


def test_a_block_that_contains_itself_is_stopped(refusal: Refuse) -> None:
    error = refusal("{% block b %}{{ block('b') }}{% endblock %}")

    assert error.code == "expression.budget"
