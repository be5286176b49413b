"""Text is found and replaced in sources by line and column."""

from __future__ import annotations

import pytest

from flows.spec.source_search import Query, QueryInvalid, Scope, Search, changed_lines

SOURCE = """id: daily
namespace: company.data
inputs:
  - id: daily_limit
    type: INT
tasks:
  - id: first
    type: core.log.Log
    message: Daily $1 run
triggers:
  - id: daily
    type: core.trigger.Schedule
    cron: "@daily"
"""


def places(query: Query, source: str = SOURCE) -> list[tuple[int, int]]:
    return [(match.line, match.column) for match in Search(query).matches(source)]


def test_every_line_with_the_text_is_found() -> None:
    assert places(Query("daily")) == [(1, 4), (4, 8), (9, 13), (11, 8), (13, 12)]


def test_case_and_words_can_matter() -> None:
    assert places(Query("Daily", case_sensitive=True)) == [(9, 13)]
    assert places(Query("daily", whole_word=True)) == [(1, 4), (9, 13), (11, 8), (13, 12)]


@pytest.mark.parametrize(
    ("scope", "lines"),
    [(Scope.INPUTS, [4]), (Scope.TASKS, [9]), (Scope.TRIGGERS, [11, 13])],
)
def test_a_part_of_the_source_can_be_searched(scope: Scope, lines: list[int]) -> None:
    assert [line for line, _ in places(Query("daily", scope=scope))] == lines


def test_a_part_that_a_source_lacks_has_no_matches() -> None:
    assert places(Query("daily", scope=Scope.TASKS), "id: daily\n") == []


def test_text_is_replaced_as_it_stands() -> None:
    after = Search(Query("$1")).replaced(SOURCE, r"\2 ${x} {{ y }}")

    assert changed_lines(SOURCE, after) == [
        (9, "    message: Daily $1 run", r"    message: Daily \2 ${x} {{ y }} run")
    ]


def test_groups_of_an_expression_can_be_used() -> None:
    query = Query(r"(\w+)_limit", regex=True)

    assert "id: limit_of_daily\n" in Search(query).replaced(SOURCE, "limit_of_$1")


def test_one_match_of_one_line_can_be_replaced() -> None:
    text = "a a a\na a a\n"

    assert Search(Query("a")).replaced(text, "b", line=2) == "a a a\nb b b\n"
    assert Search(Query("a")).replaced(text, "b", line=2, column=2) == "a a a\na b a\n"
    assert Search(Query("a")).replaced(text, "b", line=2, column=1) == text


def test_line_ends_stay_as_they_are() -> None:
    assert Search(Query("a")).replaced("a\r\na\u2028a\n", "b") == "b\r\nb\u2028b\n"


@pytest.mark.parametrize("text", ["", "x" * 501, "a\nb"])
def test_what_cannot_be_searched_for_is_refused(text: str) -> None:
    with pytest.raises(QueryInvalid):
        Search(Query(text))


@pytest.mark.parametrize("text", ["(", "a*", "(a{1000}){1000}", "|"])
def test_an_expression_that_is_none_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(QueryInvalid):
        Search(Query(text, regex=True))


def test_an_expression_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(QueryInvalid):
        Search(Query(r"(a|a|aa)+$", regex=True)).matches("a" * 40 + "b")
