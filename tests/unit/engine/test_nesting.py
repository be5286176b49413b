"""Groups inside groups, ten levels deep, with handlers at each level, and loops among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.state import Ask, State
from flows.plugins.core.branching import If, Switch
from flows.plugins.core.groups import AllowFailure, Dag, Parallel, Sequential
from flows.plugins.core.loops import ForEach, Loop, LoopUntil
from tests.unit.engine.world import Flow, Step, World

DEPTH = 10
Wrap = Callable[[str, list[Task], dict[str, Any]], Task]


def step(id: str, **more: Any) -> Task:
    return Step(id=id, type="test.Step", **more)


def of(kind: type[Task], **more: Any) -> Wrap:
    def wrap(id: str, tasks: list[Task], handlers: dict[str, Any]) -> Task:
        found = {"id": id, "type": kind.type_name, "tasks": tasks, **more, **handlers}
        return kind.model_validate(found)

    return wrap


def dag(id: str, tasks: list[Task], handlers: dict[str, Any]) -> Task:
    listed = [{"task": task} for task in tasks]
    return Dag.model_validate({"id": id, "type": "core.flow.Dag", "tasks": listed, **handlers})


def if_(id: str, tasks: list[Task], handlers: dict[str, Any]) -> Task:
    found = {"id": id, "type": "core.flow.If", "condition": "x", "then": tasks, **handlers}
    return If.model_validate(found)


def switch(id: str, tasks: list[Task], handlers: dict[str, Any]) -> Task:
    cases = {"true": tasks, "other": [step(f"{id}_other")]}
    found = {"id": id, "type": "core.flow.Switch", "value": "x", "cases": cases, **handlers}
    return Switch.model_validate(found)


KINDS: dict[str, Wrap] = {
    "sequential": of(Sequential),
    "parallel": of(Parallel, concurrent=1),
    "dag": dag,
    "if": if_,
    "switch": switch,
    "for-each": of(ForEach, values=["a"]),
    "loop": of(Loop, values=["a"]),
    "loop-until": of(LoopUntil, condition="x"),
}


def nested(wraps: list[Wrap], innermost: Task) -> Task:
    """Groups around a task, each with a handler of errors and a last word."""
    task = innermost
    for level, wrap in enumerate(wraps):
        handlers = {"errors": [step(f"e{level}")], "finally": [step(f"f{level}")]}
        task = wrap(f"g{level}", [task, step(f"after{level}")], handlers)
    return task


def world_of(task: Task, verdicts: Any) -> World:
    answers: dict[tuple[str, Ask], Any] = {}
    for level in range(DEPTH):
        answers[(f"g{level}", Ask.VALUES)] = ["a"]
        answers[(f"g{level}", Ask.UNTIL)] = lambda round_: {
            "done": True, "interval": 1.0, "maxIterations": 5, "maxDuration": None,
            "failOnMax": False,
        }  # fmt: skip
    return World(Flow((task,), errors=(step("top"),)), verdicts, answers=answers)


def sorts(turn: int) -> list[Wrap]:
    """Ten levels of all kinds, another one first each time."""
    kinds = list(KINDS.values())
    return [kinds[(turn + level) % len(kinds)] for level in range(DEPTH)]


@pytest.mark.parametrize("turn", range(len(KINDS)))
def test_a_failure_ten_levels_deep_runs_the_handlers_of_each_level_from_the_inside_out(
    turn: int,
) -> None:
    failing = lambda task, n: State.FAILED if task == "ko" else State.SUCCESS  # noqa: E731
    world = world_of(nested(sorts(turn), step("ko")), failing)

    assert world.play() is State.FAILED
    handlers = [task for task in world.created() if task[0] in "ef" and task[1:].isdigit()]
    assert handlers == [f"{kind}{level}" for level in range(DEPTH) for kind in "ef"]
    assert world.created()[-1] == "top"
    assert {world.states()[f"g{level}"] for level in range(DEPTH)} == {"FAILED"}
    laws.check(world.plan, world.snapshot, world.now())


@pytest.mark.parametrize("turn", range(len(KINDS)))
def test_ten_levels_that_go_well_run_each_task_once_and_no_handler_of_errors(turn: int) -> None:
    world = world_of(nested(sorts(turn), step("ok")), lambda task, n: State.SUCCESS)

    assert world.play() is State.SUCCESS
    created = world.created()
    after = sorted(task for task in created if task.startswith("after"))
    assert after == [f"after{level}" for level in range(DEPTH)]
    assert [task for task in created if task[0] == "e" and task[1:].isdigit()] == []
    assert [task for task in created if task[0] == "f" and task[1:].isdigit()] == [
        f"f{level}" for level in range(DEPTH)
    ]


@pytest.mark.parametrize("turn", range(len(KINDS)))
def test_a_failure_that_one_level_allows_is_a_warning_above_it(turn: int) -> None:
    wraps = sorts(turn)
    wraps[4] = of(AllowFailure)
    failing = lambda task, n: State.FAILED if task == "ko" else State.SUCCESS  # noqa: E731
    world = world_of(nested(wraps, step("ko")), failing)

    assert world.play() is State.WARNING
    states = world.states()
    assert [states[f"g{level}"] for level in range(DEPTH)] == ["FAILED"] * 4 + ["WARNING"] * 6
    assert "e4" in states
    assert "e5" not in states
    assert "top" not in states


@pytest.mark.parametrize("kind", KINDS)
def test_a_kill_inside_ten_equal_levels_ends_them_all_and_runs_no_handler(kind: str) -> None:
    world = world_of(nested([KINDS[kind]] * DEPTH, step("slow")), lambda task, n: State.SUCCESS)
    world.settle()
    world.kill()

    assert world.play() is State.KILLED
    assert set(world.states().values()) == {"KILLED"}
    assert not [task for task in world.created() if task[0] in "ef" and task[1:].isdigit()]


def test_a_limit_holds_inside_each_iteration_of_a_loop() -> None:
    par = of(Parallel, concurrent=2)("par", [step(f"p{n}") for n in range(5)], {})
    each = of(ForEach, values=["x"], concurrencyLimit=3)("each", [par], {})
    world = World(Flow((each,)), answers={("each", Ask.VALUES): ["a", "b", "c", "d"]})

    world.settle()
    assert len(world.live_attempts()) == 6
    assert world.play() is State.SUCCESS
    assert world.created().count("p4") == 4


def test_each_iteration_takes_the_branch_of_its_own_value() -> None:
    def wrap(then: str) -> Task:
        return If.model_validate(
            {"id": "if", "type": "core.flow.If", "condition": "x", "then": [step(then)],
             "else": [step("no")]}
        )  # fmt: skip

    each = of(ForEach, values=["x"], concurrencyLimit=1)("each", [wrap("yes")], {})
    world = World(Flow((each,)), answers={("each", Ask.VALUES): ["a", "b"]})
    choices = iter(["true", "false"])
    plain = world.render

    def render(snapshot: Any, run: Any, ask: Ask) -> Any:
        if ask is Ask.CHOICE:
            world.answers = {**world.answers, ("if", Ask.CHOICE): next(choices)}
        return plain(snapshot, run, ask)

    world.render = render  # type: ignore[method-assign]
    assert world.play() is State.SUCCESS
    assert world.created() == ["each", "if", "yes", "if", "no"]


def test_a_dag_in_a_loop_skips_nothing_when_a_needed_task_failed() -> None:
    inner = Dag.model_validate(
        {
            "id": "dag",
            "type": "core.flow.Dag",
            "concurrent": 1,
            "errors": [step("mend")],
            "tasks": [
                {"task": step("a")},
                {"task": step("b"), "dependsOn": ["a"]},
                {"task": step("c")},
            ],
        }
    )
    each = of(ForEach, values=["x"], concurrencyLimit=0)("each", [inner], {})
    failing = lambda task, n: State.FAILED if task == "a" else State.SUCCESS  # noqa: E731
    world = World(Flow((each,)), failing, answers={("each", Ask.VALUES): ["1", "2"]})

    assert world.play() is State.FAILED
    assert world.created().count("mend") == 2
    assert world.created().count("c") == 2
