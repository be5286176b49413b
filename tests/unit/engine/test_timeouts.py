"""What bounds a wait in time: a sleep and a child execution that last longer than they may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from downbeat.sdk.retry import ConstantRetry
from executions.engine import laws
from executions.engine.state import Ask, Reason, State
from flows.plugins.core.groups import Sequential
from flows.plugins.core.subflows import Subflow
from flows.plugins.core.waiting import Sleep
from tests.unit.engine.world import T0, Flow, Quick, World


def sleep(**more: Any) -> Sleep:
    usual = {"id": "nap", "type": "core.flow.Sleep", "duration": "PT5S", "timeout": "PT1S"}
    return Sleep(**{**usual, **more})


def child(**more: Any) -> Subflow:
    usual = {"id": "child", "type": "core.flow.Subflow", "namespace": "a", "flow_id": "b"}
    return Subflow(**{**usual, "timeout": timedelta(seconds=1), **more})


def constant(attempts: int) -> ConstantRetry:
    facts = {"type": "constant", "interval": "PT10S", "maxAttempts": attempts}
    return ConstantRetry.model_validate(facts)


def quick(id: str) -> Quick:
    return Quick(id=id, type="test.Quick")


def allowed(task: str, seconds: float) -> dict[tuple[str, Ask], Any]:
    return {(task, Ask.TIMEOUT): seconds}


def test_a_sleep_longer_than_its_timeout_fails_when_the_timeout_is_over() -> None:
    world = World(Flow((sleep(), quick("never"))), answers=allowed("nap", 1.0))

    assert world.play() is State.FAILED
    (run,) = world.snapshot.runs.values()
    assert run.history[-1].at == T0 + timedelta(seconds=1)
    assert run.outcome is not None
    assert run.outcome.reason == Reason.TIMEOUT
    assert run.outcome.error == "Timeout: the task ran longer than PT1S"
    laws.check(world.plan, world.snapshot, world.now_at)


@pytest.mark.parametrize("seconds", [5.0, 60.0])
def test_a_sleep_that_ends_in_time_succeeds(seconds: float) -> None:
    world = World(Flow((sleep(),)), answers=allowed("nap", seconds))

    assert world.play() is State.SUCCESS
    assert world.now_at == T0 + timedelta(seconds=5)


def test_a_timeout_runs_the_errors_of_the_group_around_it() -> None:
    group = Sequential(
        id="seq", type="core.flow.Sequential", tasks=(sleep(),), errors=(quick("handler"),)
    )
    world = World(Flow((group,)), answers=allowed("nap", 1.0))

    assert world.play() is State.FAILED
    assert world.states() == {"seq": "FAILED", "nap": "FAILED", "handler": "SUCCESS"}


def test_a_timeout_is_tried_again_as_any_failure() -> None:
    retry = constant(3)
    world = World(Flow((sleep(retry=retry),)), answers=allowed("nap", 1.0))

    assert world.play() is State.FAILED
    (run,) = world.snapshot.runs.values()
    assert run.attempts == 3
    assert world.now_at == T0 + timedelta(seconds=1 + 10 + 1 + 10 + 1)


def test_a_timeout_that_cannot_be_rendered_fails_the_task_and_counts_as_a_try() -> None:
    retry = constant(2)
    answers = {("nap", Ask.TIMEOUT): ValueError("no such name")}
    world = World(Flow((sleep(retry=retry),)), answers=answers)

    assert world.play() is State.FAILED
    (run,) = world.snapshot.runs.values()
    assert run.attempts == 2


def test_a_child_execution_that_lasts_too_long_is_killed_and_its_task_fails() -> None:
    world = World(Flow((child(), quick("never"))), answers=allowed("child", 1.0))
    world.settle()
    (run,) = world.live_children()

    assert world.ring()
    world.settle()

    assert world.last.killed_children == [run.id]
    assert world.snapshot.execution.state is State.FAILED
    ended = world.snapshot.runs[run.id]
    assert ended.outcome is not None
    assert (ended.state, ended.outcome.reason) == (State.FAILED, Reason.TIMEOUT)
    laws.check(world.plan, world.snapshot, world.now_at)


def test_a_child_execution_that_ends_in_time_is_left_alone() -> None:
    world = World(Flow((child(),)), answers=allowed("child", 60.0))

    assert world.play() is State.SUCCESS
    assert world.last.killed_children == []


def test_a_timer_that_rings_after_the_child_has_ended_changes_nothing() -> None:
    world = World(Flow((child(), sleep(id="nap2", timeout="PT9S"))), answers=allowed("child", 1.0))
    world.answers = {**world.answers, ("nap2", Ask.TIMEOUT): 9.0}

    assert world.play() is State.SUCCESS
