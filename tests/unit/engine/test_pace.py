"""How many executions come into a tenant's turn: as many as its time is enough for."""

from __future__ import annotations

from uuid import uuid4

import pytest

from executions.engine.pace import ALONE, LATELY, SHARED, Pace

ONE, OTHER = uuid4(), uuid4()


def _paced(cost: float, *, turns: int = 20) -> Pace:
    """A tenant whose executions have cost so much, and whose last turn ended at second 100."""
    pace = Pace(largest=64)
    for _ in range(turns):
        pace.took(ONE, 10, 100.0 - 10 * cost, 100.0)
    return pace


def test_a_tenant_that_nothing_is_known_of_gets_the_largest_turn() -> None:
    assert Pace(largest=64).most(ONE, 0.0) == 64


@pytest.mark.parametrize("cost", [0.0001, 0.003, 0.02, 0.07, 5.0])
def test_a_turn_takes_no_longer_than_its_time_or_one_execution(cost: float) -> None:
    pace = _paced(cost)

    alone = pace.most(ONE, 100.0)
    pace.took(OTHER, 1, 100.0, 100.0)
    shared = pace.most(ONE, 100.0)

    assert 1 <= shared <= alone <= 64
    assert alone == 1 or alone * cost <= ALONE * 1.01
    assert shared == 1 or shared * cost <= SHARED * 1.01
    assert alone == 64 or (alone + 1) * cost > ALONE * 0.99


def test_a_tenant_is_alone_again_when_nobody_else_had_a_turn_lately() -> None:
    pace = _paced(0.02)
    pace.took(OTHER, 1, 100.0, 100.0)

    assert pace.most(ONE, 100.0) < pace.most(ONE, 100.0 + LATELY)


def test_what_executions_cost_is_learned_anew() -> None:
    pace = _paced(0.2)
    before = pace.most(ONE, 100.0)
    for _ in range(20):
        pace.took(ONE, 10, 99.99, 100.0)

    assert (before, pace.most(ONE, 100.0)) == (2, 64)
