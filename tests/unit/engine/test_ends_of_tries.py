"""What follows when a try fails, a worker is lost, or somebody stops the execution."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from downbeat.sdk.retry import ConstantRetry
from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.state import Ask, Phase, State
from flows.plugins.core.groups import Parallel, Sequential
from flows.plugins.core.loops import ForEach
from flows.plugins.core.subflows import Subflow
from flows.plugins.core.waiting import Pause, Sleep
from tests.unit.engine.world import T0, Flow, Quick, Step, World


def step(id: str, **more: Any) -> Task:
    return Step(id=id, type="test.Step", **more)


def retry(times: int, **more: Any) -> ConstantRetry:
    return ConstantRetry(type="constant", interval=timedelta(seconds=1), max_attempts=times, **more)


def group(kind: type[Task], id: str, *tasks: Task, **more: Any) -> Task:
    return kind.model_validate({"id": id, "type": kind.type_name, "tasks": list(tasks), **more})


def until(times: int) -> Any:
    return lambda task, attempt: State.SUCCESS if attempt >= times else State.FAILED


LOST = (State.FAILED, "worker_lost")


def test_a_failed_task_is_tried_again_and_errors_wait_for_the_last_try() -> None:
    flow = Flow((step("a", retry=retry(4)),), errors=(step("never"),))
    world = World(flow, until(4))

    assert world.play() is State.SUCCESS
    run = next(iter(world.snapshot.runs.values()))
    assert run.attempts == 4
    assert world.now_at - T0 == timedelta(seconds=3)
    assert [m.state for m in run.history].count(State.RETRYING) == 3


def test_success_after_a_retry_warns_if_the_policy_says_so() -> None:
    flow = Flow((step("a", retry=retry(4, warning_on_retry=True)),))

    assert World(flow, until(2)).play() is State.WARNING
    assert World(flow, until(1)).play() is State.SUCCESS


@pytest.mark.parametrize("make", [step, lambda name: Quick(id=name, type="test.Quick")])
def test_the_retry_of_the_nearest_group_or_of_the_flow_applies(make: Any) -> None:
    nested = group(Sequential, "outer", group(Sequential, "inner", make("x")), retry=retry(3))
    by_group = World(Flow((nested,)), until(99))
    by_flow = World(Flow((make("x"),), retry=retry(2)), until(99))

    assert by_group.play() is State.FAILED
    assert [run.attempts for run in by_group.snapshot.runs.values()] == [0, 0, 3]
    assert by_flow.play() is State.FAILED
    assert [run.attempts for run in by_flow.snapshot.runs.values()] == [2]


def test_a_task_that_cannot_be_rendered_is_not_tried_for_ever() -> None:
    sub = Subflow(id="sub", type="core.flow.Subflow", namespace="n", flow_id="f", retry=retry(3))
    world = World(Flow((sub,)), answers={("sub", Ask.CHILD): ValueError("no such name")})

    assert world.play() is State.FAILED
    assert next(iter(world.snapshot.runs.values())).attempts == 3


def test_a_retry_that_makes_a_new_execution_ends_this_one_as_retried() -> None:
    policy = retry(3, behavior="CREATE_NEW_EXECUTION")
    flow = Flow((group(Sequential, "g", step("a", retry=policy)),), errors=(step("never"),))
    world = World(flow, until(99))

    assert world.play() is State.RETRIED
    assert world.states() == {"g": "RETRIED", "a": "RETRIED"}
    assert world.snapshot.execution.facts["retryAt"] == (T0 + timedelta(seconds=1)).isoformat()


def test_a_lost_worker_is_no_fault_of_the_task_three_are() -> None:
    verdicts: dict[int, Any] = {1: LOST, 2: LOST, 3: State.SUCCESS}
    world = World(Flow((step("a"),)), lambda task, attempt: verdicts[attempt])
    poison = World(Flow((step("a", retry=retry(9)),)), lambda task, attempt: LOST)

    assert world.play() is State.SUCCESS
    assert poison.play() is State.FAILED
    assert next(iter(poison.snapshot.runs.values())).attempts == 3


def test_a_task_that_must_not_run_twice_fails_with_its_worker() -> None:
    flow = Flow((step("a", on_worker_lost="FAIL", retry=retry(9)),))
    world = World(flow, lambda task, attempt: LOST)

    assert world.play() is State.FAILED
    assert next(iter(world.snapshot.runs.values())).attempts == 1


def test_a_kill_stops_what_runs_and_starts_nothing_more() -> None:
    seq = group(Sequential, "seq", group(Parallel, "par", step("a"), step("b")), step("never"))
    world = World(Flow((seq,), errors=(step("handler"),), finally_=(step("clean"),)))

    world.settle()
    world.kill()
    assert world.play() is State.KILLED
    assert world.states() == {"seq": "KILLED", "par": "KILLED", "a": "KILLED", "b": "KILLED"}
    assert [m.state for m in world.snapshot.execution.history] == [
        State.RUNNING, State.KILLING, State.KILLED,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "waiting",
    [
        Sleep(id="w", type="core.flow.Sleep", duration=timedelta(hours=1)),
        group(Pause, "w", step("sub")),
        step("w", retry=retry(9)),
    ],
)
def test_a_kill_ends_what_waits_at_once(waiting: Task) -> None:
    world = World(Flow((waiting, step("never"))), lambda task, attempt: State.FAILED)

    world.settle()
    for run in world.live_attempts():
        world.finish(run)
    world.settle()
    world.kill()
    world.settle()
    assert world.snapshot.execution.state is State.KILLED
    assert world.states() == {"w": "KILLED"}


def test_a_kill_reaches_child_executions_and_waits_for_them() -> None:
    sub = Subflow(id="sub", type="core.flow.Subflow", namespace="n", flow_id="f")
    world = World(Flow((sub,)))

    world.settle()
    world.kill()
    assert world.settle().killed_children == list(world.snapshot.runs)
    assert world.snapshot.execution.state is State.KILLING
    assert world.play() is State.KILLED


def test_a_task_that_ended_before_the_kill_reached_it_keeps_its_state() -> None:
    world = World(Flow((step("a"), step("never"))))

    world.settle()
    (run,) = world.live_attempts()
    world.happen(world._ended(run, by_worker=True))
    world.kill()
    assert world.play() is State.KILLED
    assert world.states() == {"a": "SUCCESS"}


def test_a_kill_ends_an_iteration_whose_task_had_just_succeeded() -> None:
    loop = group(ForEach, "each", step("x"), step("never"), values=["1"])
    world = World(Flow((loop,)))

    world.settle()
    (run,) = world.live_attempts()
    world.happen(world._ended(run, by_worker=True))
    world.kill()
    assert world.play() is State.KILLED
    assert world.states() == {"each": "KILLED", "x": "SUCCESS"}


def test_an_execution_that_is_paused_starts_nothing_until_it_is_resumed() -> None:
    world = World(Flow((step("a"), step("b"))))

    world.settle()
    world.pause()
    assert world.play() is State.PAUSED
    assert world.states() == {"a": "SUCCESS"}
    world.resume()
    assert world.play() is State.SUCCESS


def test_an_execution_is_not_begun_before_its_date() -> None:
    from dataclasses import replace

    world = World(Flow((step("a"),)))
    later = T0 + timedelta(hours=1)
    world.snapshot.execution = replace(world.snapshot.execution, scheduled_at=later)

    world.settle()
    assert world.created() == []
    assert world.play() is State.SUCCESS
    assert world.now_at == later


def test_outputs_that_cannot_be_rendered_fail_the_execution() -> None:
    world = World(Flow((step("a"),), outputs=(object(),)),
                  answers={("", Ask.OUTPUTS): ValueError("no such name")})  # fmt: skip

    assert world.play() is State.FAILED
    assert world.states() == {"a": "SUCCESS"}


def test_a_kill_during_the_tasks_after_the_execution_changes_nothing() -> None:
    world = World(Flow((step("a"),), after_execution=(step("tell"),)))

    world.step()
    world.settle()
    world.kill()
    assert world.play() is State.SUCCESS
    assert world.snapshot.execution.scope.phase is Phase.CLOSED
    laws.check(world.plan, world.snapshot, world.now())


def test_a_task_may_end_its_execution_in_a_state_of_its_choice() -> None:
    par = group(Parallel, "par", Quick(id="leave", type="test.Quick"), step("slow"))
    world = World(Flow((par, step("never")), errors=(step("handler"),)),
                  exits={"leave": State.WARNING})  # fmt: skip

    world.settle()
    world.look_everywhere()
    assert world.play() is State.WARNING
    assert world.states() == {"par": "KILLED", "leave": "SUCCESS", "slow": "KILLED"}
