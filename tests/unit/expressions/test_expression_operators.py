"""Operators: what they mean, how strongly they bind, how their results print."""

from __future__ import annotations

from typing import Any

import pytest

from downbeat.sdk.fields import truth
from tests.unit.expressions.conftest import Refuse, Render


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 1 + 2 * 3 }}", "7"),
        ("{{ (1 + 2) * 3 }}", "9"),
        ("{{ 7 / 2 }}", "3"),
        ("{{ -7 / 2 }}", "-3"),
        ("{{ 7 % 4 }}/{{ -7 % 4 }}/{{ 7.5 % 2 }}", "3/-3/1.5"),
        ("{{ 7.0 / 2 }}", "3.5"),
        ("{{ 21 * 2.0 }}", "42.0"),
        ("{{ 10000000.0 }} {{ 0.0001 }} {{ 123456789.25 }}", "1.0E7 1.0E-4 1.2345678925E8"),
        ("{{ 9999999.5 }} {{ 0.001 }} {{ 0.0 }}", "9999999.5 0.001 0.0"),
        ("{{ 1 - -1 }} {{ +3 }} {{ - 3 }}", "2 3 -3"),
        ("{{ 'a' + 1 }}{{ 1 + 'a' }}", "a11a"),
        ("{{ 'n' ~ 1 ~ null ~ true ~ 1.5 }}", "n1true1.5"),
        ("{{ [1] + [2, 3] }} {{ [1] + 2 }} {{ [1, 2, 1] - 1 }}", "[1,2,3] [1,2] [2]"),
        ("{{ 1..4 }} {{ 'a'..'c' }}", '[1,2,3,4] ["a","b","c"]'),
    ],
)
def test_arithmetic_and_joining_follow_the_language(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 'a' ~ 'b' | upper }}", "AB"),
        ("{{ 'a' + 'b' | upper }}", "aB"),
        ("{{ x ?? 'd' | upper }}", "D"),
        ("{{ 'a' ~ x ?? 'd' }}", "ad"),
        ("{{ (x ?? 0) == 0 ? 'zero' : 'other' }}", "zero"),
        ("{{ x ?? 2 + 1 }}", "3"),
        ("{{ true or false and false }}", "true"),
        ("{{ not false and false }}", "false"),
        ("{{ not 1 == 2 }}", "true"),
        ("{{ not x is defined }}", "true"),
        ("{{ 1 < 2 and 2 < 3 }}", "true"),
        ("{{ 1 + 1 == 2 ? 'y' : 'n' }}", "y"),
        ("{{ false ? 1 : true ? 2 : 3 }}", "2"),
        ("{{ 'yes' if 1 == 1 else 'no' }}", "yes"),
        ("{{ 'a' if false else 'b' if false else 'c' }}", "c"),
        ("{{ 1..2 ~ 'x' }}", "[1,2]x"),
        ("{{ -2 | abs }}", "2"),
        ("{{ 4 is even and 3 is odd }}", "true"),
    ],
)
def test_precedence_is_that_of_existing_flows(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 1 == 1.0 }}", "true"),
        ("{{ 1 == '1' }}", "false"),
        ("{{ '1' equals '1' }}", "true"),
        ("{{ true == 1 }}", "false"),
        ("{{ null == null }}", "true"),
        ("{{ [1, {'a': 2}] == [1.0, {'a': 2}] }}", "true"),
        ("{{ [true] == [1] }}", "false"),
        ("{{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }}", "true"),
        ("{{ 1 != 2 }} {{ 2 >= 2 }} {{ 1 <= 0 }}", "true true false"),
        ("{{ 'b' > 'a' }}", "true"),
        ("{{ null > 1 }} {{ 1 < null }}", "false false"),
        ("{{ now() > '2024-01-01T00:00:00Z' }}", "true"),
        ("{{ '2030-01-01' > now() }}", "true"),
        ("{{ now() == '2024-03-09T08:05:06.123456+01:00' }}", "true"),
    ],
)
def test_comparison_never_mixes_text_and_numbers(render: Render, source: str, text: str) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 2 in [1, 2] }}", "true"),
        ("{{ '2' in [1, 2] }}", "true"),
        ("{{ 3 not in [1, 2] }}", "true"),
        ("{{ 'k' in {'k': 1} }} {{ 1 in {'k': 1} }}", "true true"),
        ("{{ 'ell' in 'hello' }}", "true"),
        ("{{ null in [1] }} {{ 1 in null }}", "false false"),
        ("{{ [1] in [[1]] }}", "true"),
        ("{{ [1, 2, 3] contains 2 }} {{ [1, 2, 3] contains [1, 4] }}", "true false"),
        ("{{ {'a': null} contains 'a' }} {{ 'hello' contains 'lo' }}", "true true"),
    ],
)
def test_membership_looks_through_lists_maps_and_texts(
    render: Render, source: str, text: str
) -> None:
    assert render(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ x ?? 'd' }}", "d"),
        ("{{ n ?? 'd' }}", "d"),
        ("{{ n ??? 'd' }}", ""),
        ("{{ x ??? 'd' }}", "d"),
        ("{{ n.deep.path ?? 'd' }}", "d"),
        ("{{ m.a ?? m.b ?? 'd' }}", "d"),
        ("{{ m.deep.er ?? 'd' }}", "d"),
        ("{{ kv('missing').field ?? null }}", ""),
        ("{{ m.zero ?? 'd' }}", "0"),
    ],
)
def test_coalescing_recovers_from_what_is_missing(render: Render, source: str, text: str) -> None:
    assert render(source, n=None, m={"zero": 0}) == text


@pytest.mark.parametrize(
    "source",
    ["{{ '5' * 2 }}", "{{ true + 1 }}", "{{ [1] * 2 }}", "{{ 1 / 0 }}", "{{ 1.5 % 0 }}",
     "{{ 1 < 'a' }}", "{{ -'a' }}", "{{ 1 .. 'a' }}", "{{ 5 in 6 }}", "{{ 'x' is even }}"],
)  # fmt: skip
def test_operations_without_a_meaning_are_refused_with_a_place(
    refusal: Refuse, source: str
) -> None:
    error = refusal(source)

    assert error.code == "expression.type"
    assert (error.line, source in str(error)) == (1, True)


@pytest.mark.parametrize("value", [None, False, "", "0", "-0", "false", 0, 0.0, " false\n", "  "])
def test_these_values_count_as_false(value: Any) -> None:
    assert not truth(value)


@pytest.mark.parametrize("value", [True, "true", "no", "False", "00", 1, -1, [], {}, "[]", "0.0"])
def test_all_other_values_count_as_true(value: Any) -> None:
    assert truth(value)


def test_logic_stops_at_the_first_answer(render: Render) -> None:
    assert render("{{ true or missing }} {{ false and missing }}") == "true false"


def test_only_the_taken_side_of_a_ternary_is_evaluated(render: Render) -> None:
    assert render("{{ a == 'x' ? missing : b }}", a="y", b="z") == "z"
