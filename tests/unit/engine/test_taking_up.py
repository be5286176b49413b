"""Restarts, states by hand and replays at the places where they are hard."""

from __future__ import annotations

from typing import Any

from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.events import ExecutionMoved
from executions.engine.restarting import mark, restart
from executions.engine.settle import settle
from executions.engine.state import Ask, Run, State
from flows.plugins.core.groups import Dag, Parallel, Sequential, WorkingDirectory
from flows.plugins.core.loops import ForEach, LoopUntil
from flows.plugins.core.subflows import Subflow
from flows.plugins.core.waiting import Pause
from tests.unit.engine.test_restarts import replayed
from tests.unit.engine.world import Flow, Quick, Step, World


def step(id: str, **more: Any) -> Task:
    return Step(id=id, type="test.Step", **more)


def group(kind: type[Task], id: str, *tasks: Task, **more: Any) -> Task:
    return kind.model_validate({"id": id, "type": kind.type_name, "tasks": list(tasks), **more})


def dag(id: str, needs: dict[str, list[str]], **more: Any) -> Task:
    tasks = [{"task": step(name), "dependsOn": wanted} for name, wanted in needs.items()]
    return Dag.model_validate({"id": id, "type": "core.flow.Dag", "tasks": tasks, **more})


def failing_once(*names: str) -> Any:
    return lambda task, attempt: State.FAILED if task in names and attempt == 1 else State.SUCCESS


def run_of(world: World, task: str, *path: str) -> Run:
    runs = world.snapshot.runs.values()
    return next(run for run in runs if (world.task_of(run), run.path) == (task, path))


def marked(world: World, run: Run, state: State) -> bool:
    return bool(mark(world.plan, world.snapshot, run.id, state, world.now()))


def test_a_replay_from_a_handler_keeps_the_tasks_and_the_handlers_before_it() -> None:
    seq = group(Sequential, "seq", step("a"), finally_=None)
    flow = Flow(
        (seq, step("ko")), errors=(step("e1"), step("e2")), finally_=(step("f1"), step("f2"))
    )
    world = World(flow, failing_once("ko"))
    world.play()

    from_errors = replayed(world, run_of(world, "e2"))
    from_finally = replayed(world, run_of(world, "f2"))

    assert from_errors.created() == ["seq", "a", "ko", "e1", "e2"]
    assert from_errors.play() is State.FAILED
    assert from_errors.created() == ["seq", "a", "ko", "e1", "e2", "f1", "f2"]
    assert from_finally.created() == ["seq", "a", "ko", "e1", "e2", "f1", "f2"]
    assert from_finally.play() is State.FAILED
    assert len(from_finally.created()) == 7
    laws.check(from_finally.plan, from_finally.snapshot, from_finally.now())


def test_a_replay_from_a_handler_inside_a_group_ends_the_group_once() -> None:
    inner = group(Sequential, "inner", step("a"), **{"finally": [step("f1"), step("f2")]})
    world = World(Flow((inner, step("end"))))
    world.play()

    copy = replayed(world, run_of(world, "f2"))

    assert copy.created() == ["inner", "a", "f1", "f2"]
    assert copy.play() is State.SUCCESS
    assert copy.created() == ["inner", "a", "f1", "f2", "end"]


def test_a_replay_from_what_ran_after_the_execution_runs_all_of_that_again() -> None:
    world = World(Flow((step("a"),), after_execution=(step("t1"), step("t2"))))
    world.play()

    copy = replayed(world, run_of(world, "t2"))

    assert copy.created() == ["a"]
    assert copy.play() is State.SUCCESS
    assert copy.created() == ["a", "t1", "t2"]


def test_a_replay_in_a_graph_drops_what_needs_its_start_however_far() -> None:
    needs = {"a": [], "b": ["a"], "c": ["b"], "d": ["c"], "other": ["a"]}
    world = World(Flow((dag("dag", needs),)))
    world.play()

    copy = replayed(world, run_of(world, "b"))

    assert sorted(copy.created()) == ["a", "b", "dag", "other"]
    assert copy.play() is State.SUCCESS
    assert sorted(copy.created()) == ["a", "b", "c", "d", "dag", "other"]


def test_a_handler_whose_state_is_changed_by_hand_goes_on_with_those_after_it() -> None:
    flow = Flow((step("ko"),), errors=(step("e1"), step("e2")), finally_=(step("f"),))
    world = World(flow, failing_once("ko", "e1"))
    world.play()

    assert marked(world, run_of(world, "e1"), State.RUNNING)

    assert world.play() is State.FAILED
    assert world.states() == {"ko": "FAILED", "e1": "SUCCESS", "e2": "SUCCESS", "f": "SUCCESS"}
    assert run_of(world, "e1").attempts == 2
    laws.check(world.plan, world.snapshot, world.now())


def test_a_group_keeps_what_is_held_against_it_when_its_handler_is_changed_by_hand() -> None:
    hold = group(Pause, "hold", errors=[step("e1")])
    world = World(Flow((hold,)), answers={("hold", Ask.HOLD): {"delay": None, "timeout": 2.0}})
    assert world.play() is State.FAILED

    assert marked(world, run_of(world, "e1"), State.RUNNING)

    assert world.play() is State.FAILED


def test_the_state_of_what_ran_after_the_execution_changes_nothing() -> None:
    world = World(Flow((step("a"),), after_execution=(step("tell"),)))
    world.play()

    assert not marked(world, run_of(world, "tell"), State.FAILED)
    assert world.snapshot.execution.state is State.SUCCESS


def test_a_task_of_an_iteration_that_runs_again_is_followed_once() -> None:
    loop = group(ForEach, "each", step("x"), step("y"), values=["1"])
    world = World(Flow((loop, step("end"))), answers={("each", Ask.VALUES): ["a", "b"]})
    world.play()

    assert marked(world, run_of(world, "x", "a"), State.RUNNING)

    assert world.play() is State.SUCCESS
    assert sorted(world.created()) == ["each", "end", "x", "x", "y", "y"]
    laws.check(world.plan, world.snapshot, world.now())


def test_a_state_by_hand_waits_for_what_runs_after_the_task() -> None:
    loop = group(ForEach, "each", step("x"), step("y"), values=["1"])
    world = World(Flow((loop,)), answers={("each", Ask.VALUES): ["a"]})
    world.settle()
    world.finish(world.live_attempts()[0])
    world.settle()

    assert not marked(world, run_of(world, "x", "a"), State.FAILED)


def test_a_pause_that_becomes_void_no_longer_pauses_the_execution() -> None:
    hold = group(Pause, "hold")
    world = World(Flow((group(Sequential, "seq", step("ko"), errors=[hold]),)), failing_once("ko"))
    assert world.play() is State.PAUSED
    world.kill()
    world.settle()

    assert restart(world.plan, world.snapshot, world.now())

    assert world.play() is State.SUCCESS
    assert world.snapshot.execution.paused == 0


def test_a_repetition_does_not_end_because_somebody_paused_the_execution() -> None:
    loop = group(LoopUntil, "until", step("check"), condition="x")
    world = World(Flow((loop,)))
    world.settle()
    world.finish(world.live_attempts()[0])
    world.settle()
    world.pause()
    world.settle()

    assert world.play() is State.PAUSED
    world.resume()
    assert world.play() is State.SUCCESS
    assert len([ask for _, ask in world.renders if ask is Ask.UNTIL]) == 2


def test_a_directory_that_could_not_begin_runs_none_of_its_handlers() -> None:
    folder = group(WorkingDirectory, "folder", step("in"), errors=[step("never")], runIf="x")
    world = World(Flow((folder,)), answers={("folder", Ask.RUN_IF): ValueError("no such name")})

    assert world.play() is State.FAILED
    assert world.created() == ["folder"]


def test_an_execution_that_was_called_a_success_by_hand_can_be_restarted() -> None:
    world = World(Flow((step("ko"), step("next"))), failing_once("ko"))
    assert world.play() is State.FAILED
    world.happen(ExecutionMoved(State.SUCCESS, world.now()))

    assert restart(world.plan, world.snapshot, world.now())

    assert world.play() is State.SUCCESS
    assert world.created() == ["ko", "next"]


def test_a_restart_keeps_the_limit_of_a_group() -> None:
    par = group(Parallel, "par", step("a"), step("b"), step("c"), concurrent=1)
    world = World(Flow((par,)), failing_once("a", "b", "c"))
    assert world.play() is State.FAILED

    restart(world.plan, world.snapshot, world.now())
    world.settle()

    assert len(world.live_attempts()) == 1


def test_a_child_that_never_begins_is_not_tried_beyond_the_longest_time() -> None:
    retry = {"type": "constant", "interval": "PT2S", "maxDuration": "PT5S"}
    child = Subflow.model_validate(
        {"id": "sub", "type": "x", "namespace": "n", "flowId": "f", "retry": retry}
    )
    world = World(Flow((child,)), answers={("sub", Ask.CHILD): ValueError("no such name")})

    assert world.play() is State.FAILED
    assert run_of(world, "sub").attempts == 3


def test_beyond_the_budget_of_new_runs_those_that_exist_still_end() -> None:
    par = group(Parallel, "par", *(Quick(id=f"q{n}", type="test.Quick") for n in range(4)))
    world = World(Flow((par, step("end"))), most_creations=3)

    done = settle(world.plan, world.snapshot, world, most_creations=3)

    assert done.unfinished
    assert world.states() == {"par": "SUCCESS", "q0": "SUCCESS", "q1": "SUCCESS",
                              "q2": "SUCCESS", "q3": "SUCCESS"}  # fmt: skip


def test_outputs_that_break_do_not_hide_that_the_execution_was_cancelled() -> None:
    hold = group(Pause, "hold", behavior="CANCEL")
    answers = {
        ("hold", Ask.HOLD): {"delay": 1.0, "timeout": None},
        ("", Ask.OUTPUTS): ValueError("no such name"),
    }
    world = World(Flow((hold,), outputs=(object(),)), answers=answers)

    assert world.play() is State.CANCELLED
