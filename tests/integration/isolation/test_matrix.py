"""The matrix of rights: every route, asked by everybody, about every relation of a namespace.

What is expected stands in `oracle.py` and `routes.txt`, which were written, not computed from the
code. A run looks at a tenth of the cells, the same each time; `ISOLATION=whole` looks at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest

from tests.integration.isolation import matrix, oracle
from tests.integration.isolation.actors import Company
from tests.integration.isolation.canaries import marked
from tests.integration.isolation.oracle import ACTORS, PLACES, SELF, Outcome, Row
from tests.integration.isolation.share import drawn
from tests.support.routes import Guard, routes

ROWS = oracle.rows()
# What stands open is closed by proofs of its own, or is public and listed in test_every_route.
DECIDED = {Guard.TENANT, Guard.INSTANCE_ADMIN, Guard.ONESELF, Guard.WORKER}
FEWEST_CELLS = 8_000
Cell = tuple[str, str]
THERE = "the other tenant"


def cells(row: Row) -> Iterator[Cell]:
    """Who asks, and about which namespace."""
    spread = PLACES if row.kind in oracle.OF_PLACE else (SELF,)
    beyond = () if row.of_instance else (THERE,)
    return ((who, place) for who in ACTORS for place in (*spread, *beyond))


def _shown(row: Row) -> bool:
    """Whether what the answer shows depends on the namespaces that one may see."""
    return row.method == "GET" and row.kind == "somewhere" and not row.of_instance


def test_every_route_stands_in_the_matrix() -> None:
    known = {
        f"{route.method.upper()} {_short(route.template)}"
        for route in routes()
        if route.guard in DECIDED
    }

    assert {row.name for row in ROWS} == known


def _short(template: str) -> str:
    below = template.removeprefix("api/v1")
    return below.removeprefix("/<slug:tenant>/")


def test_the_matrix_is_as_large_as_promised() -> None:
    assert sum(1 for row in ROWS for _ in cells(row)) >= FEWEST_CELLS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_cell_is_as_the_oracle_says(row: Row, company: Company) -> None:
    wrong = [
        found
        for cell in cells(row)
        if drawn(row.name, *cell) and (found := _differs(company, row, *cell))
    ]

    assert wrong == []


def _differs(company: Company, row: Row, who: str, place: str) -> str | None:
    there = place == THERE
    asked = matrix.request(company, row, SELF if there else place, there=there)
    answer = matrix.answer(company, who, asked)
    found = matrix.outcome(row, answer)
    wanted = oracle.expected_elsewhere(who) if there else oracle.expected(who, row, place)
    if there and wanted is Outcome.LET_IN:
        # They belong there; what they may do there is that tenant's own matrix.
        good = found is not Outcome.CLOSED and b"such tenant" not in answer.content
    else:
        good = found is wanted
    if good and (answer.status < 500 or answer.status == HTTPStatus.NOT_IMPLEMENTED):
        return None
    told = answer.content[:200].decode(errors="replace")
    return f"{who} at {place}: {wanted} expected, {answer.status} given: {told}"


@pytest.mark.parametrize("row", [row for row in ROWS if _shown(row)], ids=lambda row: row.name)
def test_a_list_shows_what_is_in_namespaces_that_one_may_see(row: Row, company: Company) -> None:
    asked = matrix.request(company, row, SELF)
    everything = marked(matrix.answer(company, "owner", asked).content)
    inside = [who for who in ACTORS if oracle.expected(who, row, SELF) is Outcome.LET_IN]

    found = {
        who: marked(matrix.answer(company, who, asked).content)
        for who in inside
        if drawn(row.name, who, "shown")
    }

    assert found == {
        who: {place for place in everything if oracle.holds(ACTORS[who], row.permission, place)}
        for who in found
    }
