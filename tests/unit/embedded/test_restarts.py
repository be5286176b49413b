"""How soon a child is started again, and what counts as ready."""

from __future__ import annotations

from pathlib import Path

import pytest

from downbeat.embedded.children import LONGEST_PAUSE, Child, pause_before_restart
from downbeat.embedded.spawn import Start


def _child() -> Child:
    return Child("web", lambda: Start((), {}, Path("web.log")))


def test_a_child_that_lived_well_is_started_again_at_once() -> None:
    child = _child()

    child.died(-9, now=100.0)

    assert child.due_at == 100.0
    assert not child.is_hopeless


def test_a_child_that_dies_at_once_waits_longer_each_time() -> None:
    pauses = [pause_before_restart(deaths) for deaths in range(1, 6)]

    assert pauses == [0.25, 0.5, 1.0, 2.0, 4.0]


def test_the_pause_has_an_end() -> None:
    assert pause_before_restart(60) == LONGEST_PAUSE


def test_five_quick_deaths_make_a_child_hopeless() -> None:
    child = _child()

    for _ in range(5):
        child.died(1, now=1.0)

    assert child.is_hopeless


def test_a_healthy_life_forgives_earlier_deaths() -> None:
    child = _child()
    child.died(1, now=1.0)
    child.started_at = 2.0

    child.died(-9, now=60.0)

    assert child.quick_deaths == 0


@pytest.mark.parametrize(("alive_for", "settled"), [(1.0, False), (4.0, True)])
def test_a_child_that_came_back_settles_after_a_while(alive_for: float, settled: bool) -> None:
    child = _child()
    child.died(1, now=1.0)
    child.process = object()  # type: ignore[assignment]
    child.started_at = 10.0

    assert child.is_settled(10.0 + alive_for) is settled
