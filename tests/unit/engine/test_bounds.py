"""One settling is bounded: it leaves what it has, and says when rules go round in circles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.commands import Command, Move
from executions.engine.rules import starting
from executions.engine.settle import Bounds, settle
from executions.engine.state import Ask, Execution, Run, State
from flows.plugins.core.groups import Parallel
from flows.plugins.core.loops import ForEach
from tests.unit.engine.world import T0, Flow, Quick, World


def quick(id: str) -> Task:
    return Quick(id=id, type="test.Quick")


def loop(values: int, limit: int = 0) -> World:
    names = [str(number) for number in range(values)]
    each = ForEach(
        id="each",
        type="core.flow.ForEach",
        values=names,
        concurrency_limit=limit,
        tasks=(quick("one"), quick("two")),
    )
    return World(Flow((each, quick("last"))), answers={("each", Ask.VALUES): names})


def settled(world: World, bounds: Bounds) -> int:
    """Settles until nothing is left over; how many times that took."""
    times = 1
    while True:
        world.last = settle(world.plan, world.snapshot, world, bounds=bounds)
        assert not world.last.stuck
        if not world.last.unfinished:
            return times
        assert world.last.events
        times += 1


@pytest.mark.parametrize("steps", [1, 2, 7, 100])
@pytest.mark.parametrize("limit", [0, 1, 3])
def test_wherever_it_is_interrupted_it_comes_to_the_same_end(steps: int, limit: int) -> None:
    whole, parts = loop(30, limit), loop(30, limit)
    settled(whole, Bounds())

    times = settled(parts, Bounds(steps=steps))

    assert times > 1
    assert parts.snapshot.execution == whole.snapshot.execution
    assert sorted(parts.created()) == sorted(whole.created())
    laws.check(parts.plan, parts.snapshot, parts.now_at)


def test_groups_side_by_side_are_interrupted_alike() -> None:
    group = Parallel(
        id="side", type="core.flow.Parallel", tasks=tuple(quick(f"t{n}") for n in range(20))
    )
    world = World(Flow((group,)))

    settled(world, Bounds(steps=3))

    assert world.snapshot.execution.state is State.SUCCESS
    assert world.created().count("t7") == 1


def test_nothing_new_is_done_once_its_time_is_over() -> None:
    world = loop(9)

    world.last = settle(world.plan, world.snapshot, world, bounds=Bounds(until=T0))

    assert world.last.unfinished
    assert len(world.last.events) == 1
    assert settled(world, Bounds(until=T0 + timedelta(seconds=1))) == 1


def again_and_again(node: Any, run: Run, execution: Execution) -> Iterator[Command]:
    """A rule that wants what is so already."""
    yield Move(run.id, State.CREATED)


def test_rules_that_want_the_same_for_ever_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(Flow((quick("one"),)))
    monkeypatch.setattr(starting, "start", again_and_again)

    world.last = settle(world.plan, world.snapshot, world)

    assert world.last.stuck
    assert world.last.unfinished


def test_an_interrupted_settling_is_not_taken_for_a_circle() -> None:
    world = loop(400)

    world.last = settle(world.plan, world.snapshot, world, bounds=Bounds(steps=500))

    assert world.last.unfinished
    assert not world.last.stuck


def test_what_exists_is_finished_before_more_is_begun() -> None:
    world = loop(1500)
    backlog = 0

    for _ in range(500):
        world.last = settle(world.plan, world.snapshot, world, bounds=Bounds(steps=200))
        if not world.last.unfinished:
            break
        backlog = max(backlog, len(world.snapshot.agenda))

    assert world.snapshot.execution.state is State.SUCCESS
    assert backlog < 1000


def test_groups_that_all_want_to_begin_something_do_so_in_the_end() -> None:
    world = loop(40)
    while True:
        world.last = settle(world.plan, world.snapshot, world, most_creations=1)
        assert world.last.events
        if not world.last.unfinished:
            break

    assert world.snapshot.execution.state is State.SUCCESS
