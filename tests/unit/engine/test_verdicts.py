"""What counts when a try has failed: the worst child, chance, and the executions before this one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from downbeat.sdk.retry import ConstantRetry, RandomRetry
from downbeat.sdk.task import Task
from executions.engine.events import KillAsked
from executions.engine.restarting import restart
from executions.engine.state import Ask, State
from flows.plugins.core.groups import Parallel
from flows.plugins.core.loops import LoopUntil
from flows.plugins.core.subflows import Subflow
from tests.unit.engine.world import T0, Flow, Step, World


def step(id: str, **more: Any) -> Task:
    return Step(id=id, type="test.Step", **more)


def anew(**more: Any) -> ConstantRetry:
    second = timedelta(seconds=1)
    return ConstantRetry(type="constant", interval=second, behavior="CREATE_NEW_EXECUTION", **more)


def failing(task: str, attempt: int) -> State:
    return State.FAILED


def test_a_killed_child_weighs_more_than_a_failed_one() -> None:
    child = Subflow(id="sub", type="core.flow.Subflow", namespace="n", flow_id="f")
    par = Parallel.model_validate(
        {"id": "par", "type": "core.flow.Parallel", "tasks": [step("ko"), child]}
    )
    ends = {"ko": State.FAILED, "sub": State.KILLED}
    world = World(Flow((par,)), lambda task, attempt: ends[task])

    assert world.play() is State.KILLED
    assert world.states() == {"par": "KILLED", "ko": "FAILED", "sub": "KILLED"}


def test_random_pauses_are_drawn_anew_for_each_try_within_their_bounds() -> None:
    low, high = timedelta(seconds=10), timedelta(seconds=1_000)
    retry = RandomRetry(type="random", min_interval=low, max_interval=high, max_attempts=4)
    world = World(Flow((step("a", retry=retry),)), failing)

    moments = [T0]
    while world.step():
        moments.append(world.now_at)
    pauses = {after - before for before, after in pairwise(moments)}

    assert len(pauses - {timedelta()}) == 3
    assert all(low <= pause <= high for pause in pauses - {timedelta()})


def test_new_executions_are_counted_over_all_of_them() -> None:
    world = World(Flow((step("a", retry=anew(max_attempts=3)),)), failing)
    third = World(Flow((step("a", retry=anew(max_attempts=3)),)), failing)
    third.snapshot.execution = replace(third.snapshot.execution, attempt_number=3)

    assert world.play() is State.RETRIED
    assert third.play() is State.FAILED


def test_the_longest_time_of_new_executions_runs_from_the_first_of_them() -> None:
    flow = Flow((step("a", retry=anew(max_duration=timedelta(seconds=60))),))
    soon, late = World(flow, failing), World(flow, failing)
    first = {"firstStartedAt": (T0 - timedelta(seconds=90)).isoformat()}
    late.snapshot.execution = replace(late.snapshot.execution, facts=first)

    assert soon.play() is State.RETRIED
    assert late.play() is State.FAILED


def test_an_allowed_failure_starts_no_new_execution() -> None:
    flow = Flow((step("a", retry=anew(max_attempts=3), allow_failure=True),))

    assert World(flow, failing).play() is State.WARNING


def repeated(rounds: int, longest: float | None) -> Any:
    return lambda round_: {
        "done": False, "interval": 1.0, "maxIterations": rounds, "maxDuration": longest,
        "failOnMax": False,
    }  # fmt: skip


def test_a_repetition_ends_when_its_time_is_over() -> None:
    loop = LoopUntil.model_validate(
        {"id": "until", "type": "core.flow.LoopUntil", "condition": "x", "tasks": [step("check")]}
    )
    world = World(Flow((loop,)), answers={("until", Ask.UNTIL): repeated(1_000, 3.0)})

    assert world.play() is State.SUCCESS
    assert world.now_at - T0 == timedelta(seconds=3)


def test_a_restarted_repetition_goes_on_counting_its_rounds() -> None:
    loop = LoopUntil.model_validate(
        {"id": "until", "type": "core.flow.LoopUntil", "condition": "x", "tasks": [step("check")]}
    )
    tries: list[str] = []

    def third_fails(task: str, attempt: int) -> State:
        tries.append(task)
        return State.FAILED if len(tries) == 3 else State.SUCCESS

    world = World(Flow((loop,)), third_fails, {("until", Ask.UNTIL): repeated(4, None)})
    assert world.play() is State.FAILED

    assert restart(world.plan, world.snapshot, world.now())

    assert world.play() is State.SUCCESS
    assert len(tries) == 5


def test_a_kill_of_one_execution_alone_leaves_its_children() -> None:
    child = Subflow(id="sub", type="core.flow.Subflow", namespace="n", flow_id="f")
    world = World(Flow((child,)))
    world.settle()

    world.happen(KillAsked(cascade=False))
    world.look_everywhere()

    assert world.settle().killed_children == []
    assert world.snapshot.execution.state is State.KILLED


def test_a_restart_forgets_that_the_outputs_could_not_be_rendered() -> None:
    world = World(
        Flow((step("a"),), outputs=(object(),)),
        answers={("", Ask.OUTPUTS): ValueError("no such name")},
    )
    assert world.play() is State.FAILED
    world.answers = {}
    world.renders.clear()

    assert restart(world.plan, world.snapshot, world.now())

    assert world.play() is State.SUCCESS


def test_nothing_follows_a_child_that_was_killed_even_side_by_side() -> None:
    child = Subflow(id="sub", type="core.flow.Subflow", namespace="n", flow_id="f")
    par = Parallel.model_validate(
        {"id": "par", "type": "core.flow.Parallel", "tasks": [child, step("x")], "concurrent": 1}
    )
    world = World(Flow((par,)), lambda task, attempt: State.KILLED)

    assert world.play() is State.KILLED
    assert world.created() == ["par", "sub"]
