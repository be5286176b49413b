"""Filters of query strings, as the official client writes them."""

from __future__ import annotations

from typing import Any

import pytest
from kestrapy.models.query_filter_field import QueryFilterField as Field
from kestrapy.query import and_, eq, in_, or_
from kestrapy.query_filter import append_filter_params

from downbeat.common.api.filters import ORDER, TEXT, Clause, Group, Logical, Op, parse
from downbeat.common.errors import InvalidFields

FIELDS = {"namespace": TEXT, "state": TEXT, "labels": TEXT, "startDate": ORDER, "q": TEXT}


def _written(*filters: Any) -> dict[str, str]:
    pairs: list[tuple[str, str]] = []
    append_filter_params(pairs, list(filters))
    return dict(pairs)


def _read(query: dict[str, str]) -> Group:
    return parse(query, FIELDS, maps=("labels",))


def test_filters_side_by_side_hold_together() -> None:
    query = _written(eq(Field.NAMESPACE, "company"), in_(Field.STATE, ["FAILED", "KILLED"]))

    found = _read(query)

    assert found == Group(
        Logical.AND,
        (Clause("namespace", Op.EQUALS, "company"), Clause("state", Op.IN, "FAILED,KILLED")),
    )
    assert [clause.values for clause in found.clauses()][1] == ("FAILED", "KILLED")


def test_a_map_is_filtered_by_its_keys() -> None:
    query = _written(eq(Field.LABELS, {"team": "data"}))

    assert _read(query).members == (Clause("labels", Op.EQUALS, "data", key="team"),)


def test_alternatives_are_kept_apart_from_what_holds_together() -> None:
    a, b, c = eq(Field.NAMESPACE, "a"), eq(Field.STATE, "FAILED"), eq(Field.NAMESPACE, "c")

    found = _read(_written(or_(and_(a, b), c)))

    (alternatives,) = found.members
    assert isinstance(alternatives, Group)
    assert alternatives.logical is Logical.OR
    inner, single = alternatives.members
    assert isinstance(inner, Group)
    assert inner.logical is Logical.AND
    assert single == Clause("namespace", Op.EQUALS, "c")
    assert len(list(found.clauses())) == 3


@pytest.mark.parametrize(
    "name",
    [
        "filters[nothing][EQUALS]",
        "filters[namespace][LIKE]",
        "filters[startDate][REGEX]",
        "filters[namespace]",
        "filters",
        "filters[namespace][EQUALS][key]",
        "filters[or][0][and][0][or][0][q][EQUALS]",
        "filters[or][999][q][EQUALS]",
        "filters[namespace][EQUALS]x",
    ],
)
def test_what_is_not_known_is_refused_never_ignored(name: str) -> None:
    with pytest.raises(InvalidFields):
        _read({name: "x"})


def test_other_parameters_are_no_filters() -> None:
    assert not _read({"page": "1", "q": "x"})
