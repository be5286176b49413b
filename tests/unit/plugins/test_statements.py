"""SQL is cut into statements, and parameters are found, without being fooled by text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.plugins.jdbc import statements


def test_ends_inside_text_names_and_comments_end_nothing() -> None:
    sql = """
        select ';' as a, "x;y" as b -- not; here
        ; /* nor; here */ do $$ begin; end $$; select $tag$ ; $tag$
    """

    found = statements.split(sql)

    assert len(found) == 3
    assert found[1].endswith("do $$ begin; end $$")


def test_empty_statements_and_comments_are_left_out() -> None:
    assert statements.split(" ; -- nothing\n; /* x */ ;") == []


def test_parameters_are_names_outside_of_text_and_casts() -> None:
    sql = "select :a, ':b', x::int, \":c\", :d_1 -- :e"

    assert list(statements.names(sql)) == ["a", "d_1"]


def test_parameters_and_percent_signs_become_the_drivers() -> None:
    sql = "select :a % 2, '100%' where x like 'a%'"

    assert statements.with_parameters(sql, lambda name: f"%({name})s", percent="%%") == (
        "select %(a)s %% 2, '100%%' where x like 'a%%'"
    )


@given(st.text(alphabet="a;:'\"$-/*% \n", max_size=40))
def test_no_text_breaks_the_reader(sql: str) -> None:
    statements.split(sql)
    assert statements.with_parameters(sql, lambda name: f":{name}") == sql
