"""Ceilings: who is covered, who is full first, and in which order locks are taken."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tenants.ceilings import Budget, Ceiling, Limits, Policy, QuotaKind, covers

RUNNING = QuotaKind.RUNNING_EXECUTIONS


def ceiling(amount: int, namespace: str = "", flow: str = "") -> Ceiling:
    return Ceiling(uuid4(), RUNNING, namespace, flow, amount, Policy.QUEUE)


@pytest.mark.parametrize(
    ("own", "flow", "namespace", "id", "held"),
    [
        ("", "", "a.b", "f", True),
        ("a", "", "a", "f", True),
        ("a", "", "a.b", "f", True),
        ("a", "", "ab", "f", False),
        ("a.b", "", "a", "f", False),
        ("a", "f", "a", "f", True),
        ("a", "f", "a.b", "f", False),
        ("a", "f", "a", "g", False),
    ],
)
def test_a_place_holds_what_is_below_it(
    own: str, flow: str, namespace: str, id: str, held: bool
) -> None:
    assert covers(own, flow, namespace, id) is held


def test_the_uppermost_full_ceiling_is_named() -> None:
    tenant, place, flow = ceiling(9), ceiling(2, "a"), ceiling(2, "a", "f")
    budget = Budget([flow, place, tenant], [("a", "f", 2), ("b", "f", 3)])

    assert budget.blocker("a", "f") is place
    assert budget.blocker("b", "f") is None
    assert [budget.free(one) for one in (tenant, place, flow)] == [4, 0, 0]


def test_what_is_taken_counts_at_once_on_the_whole_way() -> None:
    tenant, place = ceiling(2), ceiling(1, "a")
    budget = Budget([tenant, place], [])

    budget.take("a.b", "f")
    here, elsewhere = budget.blocker("a", "g"), budget.blocker("b", "f")
    budget.take("b", "f")

    assert (here, elsewhere) == (place, None)
    assert budget.blocker("c", "f") is tenant


def test_locks_go_from_the_tenant_down() -> None:
    chain = [ceiling(1), ceiling(1, "a"), ceiling(1, "a.b"), ceiling(1, "a.b", "f")]
    limits = Limits(ceilings=tuple(reversed(chain)))

    found = sorted(limits.of("a.b", "f", RUNNING), key=lambda one: one.order)

    assert found == chain
