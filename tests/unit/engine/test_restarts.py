"""Executions that are taken up again: restarted, changed by hand, replayed."""

from __future__ import annotations

from typing import Any

import pytest

from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.replaying import replay
from executions.engine.restarting import mark, restart
from executions.engine.state import Ask, Run, Snapshot, State
from flows.plugins.core.groups import AllowFailure, Parallel, Sequential
from flows.plugins.core.loops import EachParallel, ForEach
from tests.unit.engine.world import Flow, Quick, Step, World


def step(id: str, **more: Any) -> Task:
    return Step(id=id, type="test.Step", **more)


def quick(id: str, **more: Any) -> Task:
    return Quick(id=id, type="test.Quick", **more)


def group(kind: type[Task], id: str, *tasks: Task, **more: Any) -> Task:
    return kind.model_validate({"id": id, "type": kind.type_name, "tasks": list(tasks), **more})


def mended(*names: str) -> Any:
    """The named tasks fail at their first try only."""
    return lambda task, n: State.FAILED if task in names and n == 1 else State.SUCCESS


def again(world: World) -> None:
    events = restart(world.plan, world.snapshot, world.now())
    assert events
    world.events.extend(events)


def run_of(world: World, task: str, path: tuple[str, ...] = ()) -> Run:
    return next(
        run
        for run in world.snapshot.runs.values()
        if world.task_of(run) == task and run.path == path
    )


def test_a_restart_tries_what_failed_again_and_goes_on() -> None:
    world = World(Flow((step("a"), step("b"), step("c"))), mended("b"))

    assert world.play() is State.FAILED
    again(world)
    assert world.play() is State.SUCCESS
    assert {world.task_of(run): run.attempts for run in world.snapshot.runs.values()} == {
        "a": 1, "b": 2, "c": 1,
    }  # fmt: skip
    laws.check(world.plan, world.snapshot, world.now())


def test_a_restart_drops_the_handlers_of_errors_at_every_level() -> None:
    inner = group(Sequential, "inner", step("ko"), errors=[step("inner_handler")])
    flow = Flow((inner, step("end")), errors=(step("handler"),), finally_=(step("clean"),))
    world = World(flow, mended("ko"))

    assert world.play() is State.FAILED
    assert world.created() == ["inner", "ko", "inner_handler", "handler", "clean"]
    again(world)
    assert world.play() is State.SUCCESS
    assert world.created() == ["inner", "ko", "end", "clean"]


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_a_restart_inside_loops_goes_on_where_they_stopped(limit: int) -> None:
    inner = group(ForEach, "inner", quick("x"), values=["1"], concurrencyLimit=limit)
    outer = group(ForEach, "outer", quick("y"), inner, values=["1"], concurrencyLimit=limit)
    world = World(Flow((outer, quick("end"))), mended("x"))

    for _ in range(20):
        if world.play() is State.SUCCESS:
            break
        again(world)
    assert world.snapshot.execution.state is State.SUCCESS
    assert len(world.created()) == 1 + 3 + 3 + 9 + 1
    laws.check(world.plan, world.snapshot, world.now())


def test_a_forgiven_failure_is_not_restarted() -> None:
    allowed = group(AllowFailure, "allowed", step("meant"))
    world = World(Flow((allowed, step("ko"))), mended("meant", "ko"))

    assert world.play() is State.FAILED
    again(world)
    assert world.play() is State.WARNING
    assert run_of(world, "meant").attempts == 1


def test_a_killed_execution_can_be_restarted() -> None:
    world = World(Flow((group(Parallel, "par", step("a"), step("b")), step("end"))))

    world.settle()
    world.kill()
    assert world.play() is State.KILLED
    again(world)
    assert world.play() is State.SUCCESS


def test_nothing_is_restarted_where_nothing_failed() -> None:
    world = World(Flow((step("a"),)))

    world.play()
    assert restart(world.plan, world.snapshot, world.now()) == ()


def test_a_state_by_hand_reopens_the_groups_around() -> None:
    loop = group(EachParallel, "each", group(Sequential, "seq", quick("t1"), quick("t2")),
                 value=["1"])  # fmt: skip
    world = World(Flow((loop, quick("end"))), answers={("each", Ask.VALUES): ["a", "b"]})

    assert world.play() is State.SUCCESS
    target = run_of(world, "t2", ("a",))
    assert mark(world.plan, world.snapshot, target.id, State.FAILED, world.now())
    assert world.play() is State.FAILED
    assert run_of(world, "t2", ("a",)).state is State.FAILED
    assert run_of(world, "seq", ("a",)).state is State.FAILED
    assert run_of(world, "seq", ("b",)).state is State.SUCCESS


def test_a_failed_task_that_is_marked_as_a_success_lets_the_flow_go_on() -> None:
    world = World(Flow((step("ko"), step("next")), errors=(step("handler"),)), mended("ko"))

    assert world.play() is State.FAILED
    mark(world.plan, world.snapshot, run_of(world, "ko").id, State.SUCCESS, world.now())
    assert world.play() is State.SUCCESS
    assert world.created() == ["ko", "next"]


def replayed(world: World, start: Run) -> World:
    copy = World(world.flow, answers=world.answers)
    copy.serial = 50_000
    found = replay(copy.plan, world.snapshot, start.id, new_id=copy.new_id, now=copy.now())
    from dataclasses import replace

    copy.snapshot = Snapshot(
        replace(copy.snapshot.execution, scope=found.scope), {run.id: run for run in found.runs}
    )
    copy.look_everywhere()
    return copy


def test_a_replay_keeps_what_came_before_and_runs_the_rest_anew() -> None:
    world = World(Flow((step("a"), step("b"), step("c"))))

    world.play()
    copy = replayed(world, run_of(world, "b"))
    assert copy.created() == ["a", "b"]
    assert set(copy.snapshot.runs).isdisjoint(world.snapshot.runs)
    assert copy.play() is State.SUCCESS
    assert copy.created() == ["a", "b", "c"]
    laws.check(copy.plan, copy.snapshot, copy.now())


def test_a_replay_from_one_branch_of_many_keeps_the_others() -> None:
    loop = group(EachParallel, "each", group(Sequential, "seq", quick("t1"), quick("t2")),
                 value=["1"])  # fmt: skip
    world = World(Flow((loop, quick("end"))))

    assert world.play() is State.SUCCESS
    assert len(world.created()) == 11
    copy = replayed(world, run_of(world, "seq", ("a",)))
    assert len(copy.created()) == 8
    assert copy.play() is State.SUCCESS
    assert len(copy.created()) == 11
    laws.check(copy.plan, copy.snapshot, copy.now())


def test_a_replay_inside_a_loop_of_one_at_a_time_drops_later_iterations() -> None:
    loop = group(ForEach, "each", quick("x"), quick("y"), values=["1"])
    world = World(Flow((loop, quick("end"))))

    world.play()
    copy = replayed(world, run_of(world, "x", ("b",)))
    assert [run.path for run in copy.snapshot.runs.values()] == [(), ("a",), ("a",), ("b",)]
    assert copy.play() is State.SUCCESS
    assert len(copy.created()) == 8
