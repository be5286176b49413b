"""A loop over the batches of a file: how many children live, how it ends, what a restart does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.events import BatchesStarted
from executions.engine.restarting import restart
from executions.engine.rules.batching import PORTION
from executions.engine.state import Ask, Run, State
from flows.plugins.core.groups import Sequential
from flows.plugins.core.subflows import ForEachItem, Subflow
from tests.unit.engine.world import Flow, Step, World

Verdicts = Any


def over_items(**more: Any) -> ForEachItem:
    return ForEachItem.model_validate(
        {"id": "each", "type": "core.flow.ForEachItem", "items": "x", "namespace": "n",
         "flowId": "f", **more}
    )  # fmt: skip


def step(id: str) -> Task:
    return Step(id=id, type="test.Step")


def world_of(task: Task, count: int, verdicts: Verdicts = None, **facts: Any) -> World:
    answers = {("each_items", Ask.BATCHES): {"count": count, "transmitFailed": True, **facts}}
    known = verdicts or (lambda task, number: State.SUCCESS)
    return World(Flow((task, step("next"))), known, answers=answers)


def items_of(world: World) -> Run:
    found = [run for run in world.snapshot.runs.values() if world.task_of(run) == "each_items"]
    return found[0]


def begun(world: World) -> Run:
    """Plays until the items are cut and the first children live."""
    world.settle()
    world.finish(world.live_attempts()[0])
    world.settle()
    return items_of(world)


def test_the_steps_of_the_loop_run_one_after_the_other() -> None:
    world = world_of(over_items(), 3)

    assert world.play() is State.SUCCESS
    assert world.created() == ["each", "each_split", "each_items", "each_merge", "next"]
    assert items_of(world).attempts == 1
    laws.check(world.plan, world.snapshot, world.now())


def test_a_file_without_items_ends_well_at_once() -> None:
    world = world_of(over_items(), 0)

    assert world.play() is State.SUCCESS
    assert not world.batches
    assert "each_merge" in world.created()


def test_no_more_children_live_than_the_limit_allows() -> None:
    world = world_of(over_items(concurrencyLimit=2), 5)

    run = begun(world)
    assert world.batches[run.id] == [1, 2]
    world.end_batch(run.id, 2)
    world.settle()
    assert world.batches[run.id] == [1, 3]
    assert world.play() is State.SUCCESS


def test_children_start_in_portions_so_that_no_turn_is_long() -> None:
    world = world_of(over_items(), 10 * PORTION)
    world.most_creations = 500

    world.play()

    portions = [event for event in world.events if isinstance(event, BatchesStarted)]
    assert [event.upto for event in portions] == [n * PORTION for n in range(1, 11)]


def test_a_failed_child_fails_the_loop_once_all_have_ended_and_nothing_is_merged() -> None:
    failing = {"each_items": 2}
    world = world_of(
        over_items(errors=[step("handler")]),
        4,
        lambda task, n: State.FAILED if failing.get(task) == n else State.SUCCESS,
    )

    assert world.play() is State.FAILED
    assert world.created() == ["each", "each_split", "each_items", "handler"]
    assert items_of(world).scope.tally == {"SUCCESS": 3, "FAILED": 1}  # type: ignore[union-attr]


def test_a_failed_child_is_forgiven_where_the_loop_does_not_transmit_it() -> None:
    world = world_of(over_items(), 2, lambda task, n: State.SUCCESS, transmitFailed=False)
    run = begun(world)
    world.end_batch(run.id, 1, State.FAILED)

    assert world.play() is State.SUCCESS
    laws.check(world.plan, world.snapshot, world.now())


def test_a_batch_that_cannot_start_counts_as_failed_and_the_others_go_on() -> None:
    world = world_of(over_items(), 3)
    world.refused_batches = frozenset({2})

    assert world.play() is State.FAILED
    assert items_of(world).scope.tally == {"SUCCESS": 2, "FAILED": 1}  # type: ignore[union-attr]


def test_a_kill_starts_no_more_children_and_waits_for_those_that_live() -> None:
    world = world_of(over_items(concurrencyLimit=2), 9)
    run = begun(world)
    world.kill()
    world.settle()

    assert world.snapshot.runs[run.id].kill_sent
    assert not world.snapshot.execution.ended
    assert world.play() is State.KILLED
    assert items_of(world).scope.cursor == 2  # type: ignore[union-attr]
    laws.check(world.plan, world.snapshot, world.now())


def test_a_held_execution_starts_no_more_children() -> None:
    world = world_of(over_items(concurrencyLimit=1), 3)
    run = begun(world)
    world.pause()
    world.settle()
    world.end_batch(run.id, 1)
    world.settle()

    assert world.batches[run.id] == []
    world.resume()
    assert world.play() is State.SUCCESS


def test_a_repeated_try_starts_children_of_its_own() -> None:
    flaky = {"tries": 0}

    def verdict(task: str, number: int) -> State:
        if task != "each_items":
            return State.SUCCESS
        flaky["tries"] += 1
        return State.FAILED if flaky["tries"] == 1 else State.SUCCESS

    retry = {"type": "constant", "interval": "PT1S", "maxAttempts": 2}
    world = world_of(over_items(retry=retry), 2, verdict)

    assert world.play() is State.SUCCESS
    assert flaky["tries"] == 4
    assert items_of(world).attempts == 2


@pytest.mark.parametrize(("behavior", "kept"), [("RETRY_FAILED", True), ("NEW_EXECUTION", False)])
def test_a_restart_keeps_what_names_the_children_or_forgets_it(behavior: str, kept: bool) -> None:
    world = world_of(
        over_items(restartBehavior=behavior),
        2,
        lambda task, n: State.FAILED if task == "each_items" else State.SUCCESS,
    )
    world.play()

    events = restart(world.plan, world.snapshot, world.now())
    world.events.extend(events)

    assert (Ask.BATCHES in items_of(world).facts) is kept
    world.verdicts = lambda task, n: State.SUCCESS
    assert world.play() is State.SUCCESS
    assert items_of(world).attempts == 2
    laws.check(world.plan, world.snapshot, world.now())


def test_a_restart_of_a_failed_child_keeps_the_child() -> None:
    child = Subflow.model_validate(
        {"id": "sub", "type": "core.flow.Subflow", "namespace": "n", "flowId": "f"}
    )
    world = World(Flow((child,)), lambda task, n: State.FAILED)
    world.play()
    before = next(iter(world.snapshot.runs.values())).child

    restart(world.plan, world.snapshot, world.now())

    assert next(iter(world.snapshot.runs.values())).child == before


def test_an_execution_taken_up_by_hand_does_not_tell_its_parent_twice() -> None:
    world = World(Flow((step("a"),)), lambda task, n: State.FAILED)
    world.play()

    restart(world.plan, world.snapshot, world.now())
    assert "parentTold" in world.snapshot.execution.facts
    world.play()
    restart(world.plan, world.snapshot, world.now(), awaited=True)
    assert "parentTold" not in world.snapshot.execution.facts


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 12),
    limit=st.integers(0, 4),
    refused=st.frozensets(st.integers(1, 12), max_size=3),
    kill_at=st.none() | st.integers(0, 15),
    restarts=st.integers(0, 2),
    random=st.randoms(use_true_random=False),
)
def test_every_loop_over_batches_ends_lawfully(
    count: int,
    limit: int,
    refused: frozenset[int],
    kill_at: int | None,
    restarts: int,
    random: Any,
) -> None:
    inner = over_items(concurrencyLimit=limit)
    outer = Sequential.model_validate(
        {"id": "outer", "type": "core.flow.Sequential", "tasks": [inner]}
    )
    endings = [State.SUCCESS] * 4 + [State.FAILED, State.WARNING, State.CANCELLED]
    world = world_of(outer, count, lambda task, n: random.choice(endings))
    world.refused_batches = refused
    world.most_creations = random.choice([1, 500])
    for _ in range(restarts + 1):
        _play(world, kill_at, random)
        assert world.snapshot.execution.ended
        restart(world.plan, world.snapshot, world.now())
        kill_at = None
    _play(world, None, random)
    assert world.snapshot.execution.ended


def _play(world: World, kill_at: int | None, random: Any) -> None:
    for moment in range(200):
        if moment == kill_at and not world.snapshot.execution.ended:
            world.kill()
        world.settle()
        laws.check(world.plan, world.snapshot, world.now())
        if not world.step(random.choice):
            break
    laws.check(world.plan, world.snapshot, world.now())
