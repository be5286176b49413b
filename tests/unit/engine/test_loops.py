"""Isolated loops: each item a scope of its own, told at its end, and stopping no other."""

from __future__ import annotations

from typing import Any

from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.restarting import restart
from executions.engine.state import Ask, State
from flows.plugins.core.loops import Loop
from tests.unit.engine.world import Flow, Step, World


def step(id: str) -> Task:
    return Step(id=id, type="test.Step")


def loop(*tasks: Task, **more: Any) -> Task:
    found = {"id": "loop", "type": "core.flow.Loop", "values": ["x"], "tasks": list(tasks), **more}
    return Loop.model_validate(found)


def world_of(task: Task, values: list[str], verdicts: Any = None, **answers: Any) -> World:
    known = verdicts or (lambda task, n: State.SUCCESS)
    asked = {("loop", Ask.VALUES): values, **{("loop_item", Ask(k)): v for k, v in answers.items()}}
    return World(Flow((task,)), known, answers=asked)


def fails_at(*numbers: int) -> Any:
    """The n-th runs of ``a`` fail."""
    count = iter(range(1, 1000))
    return lambda task, n: State.FAILED if task == "a" and next(count) in numbers else State.SUCCESS


def test_equal_items_are_kept_apart_by_their_number() -> None:
    world = world_of(loop(step("a")), ["v", "v"])

    assert world.play() is State.SUCCESS
    runs = [run for run in world.snapshot.runs.values() if world.task_of(run) == "a"]
    assert [run.path for run in runs] == [("0",), ("1",)]
    items = [run for run in world.snapshot.runs.values() if world.task_of(run) == "loop_item"]
    assert [(run.value, run.iteration) for run in items] == [("v", 0), ("v", 1)]


def test_a_failed_item_stops_no_other_even_one_at_a_time_and_handles_its_own_errors() -> None:
    task = loop(step("a"), step("b"), concurrencyLimit=1, errors=[step("e")], **{
        "finally": [step("f")]})  # fmt: skip
    world = world_of(task, ["1", "2", "3"], fails_at(2))

    assert world.play() is State.FAILED
    assert world.created() == [
        "loop", "loop_item", "a", "b", "f", "loop_item", "a", "e", "f", "loop_item", "a", "b", "f",
    ]  # fmt: skip
    laws.check(world.plan, world.snapshot, world.now())


def test_a_loop_that_does_not_transmit_ends_well() -> None:
    world = world_of(loop(step("a"), transmitFailed=False), ["1", "2"], fails_at(1))

    assert world.play() is State.SUCCESS


def test_the_outputs_of_an_item_and_of_the_loop_are_asked_for_once_at_their_end() -> None:
    world = world_of(loop(step("a"), outputs=[{"id": "o", "value": "x"}]), ["1", "2"], fails_at(2))

    world.play()
    told = [world.task_of(world.snapshot.runs[run]) for run, ask in world.renders
            if ask is Ask.OUTPUTS and run is not None]  # fmt: skip
    assert sorted(told) == ["loop", "loop_item", "loop_item"]
    assert told[-1] == "loop"


def test_outputs_that_cannot_be_rendered_fail_the_item_and_a_restart_runs_it_anew() -> None:
    task = loop(step("a"), outputs=[{"id": "o", "value": "x"}])
    world = world_of(task, ["1"], outputs=ValueError("no such thing"))

    assert world.play() is State.FAILED
    assert world.states()["a"] == "SUCCESS"
    world.answers, world.renders = {}, []
    restart(world.plan, world.snapshot, world.now())
    assert world.play() is State.SUCCESS
    laws.check(world.plan, world.snapshot, world.now())
