"""What is taken up again keeps the limits of its groups: who has no room waits in line."""

from __future__ import annotations

from random import Random
from typing import Any, ClassVar

import pytest

from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.restarting import mark, restart
from executions.engine.rules import lining
from executions.engine.settle import settle
from executions.engine.state import Ask, Run, Snapshot, State
from flows.plugins.core.groups import Dag, Parallel, Sequential
from flows.plugins.core.loops import EachParallel, ForEach
from tests.unit.engine import standing_laws
from tests.unit.engine.chance import PARTS, search
from tests.unit.engine.fate import Fate, Place, Verdict
from tests.unit.engine.shell import Shell
from tests.unit.engine.test_restarts import replayed
from tests.unit.engine.test_taking_up import dag, failing_once, group, run_of, step
from tests.unit.engine.world import Flow, World


def taken_up(world: World) -> None:
    assert world.play() is State.FAILED
    assert restart(world.plan, world.snapshot, world.now())


def most_at_work(world: World) -> int:
    """Plays on; how many tries there were at once, at most."""
    most = 0
    while True:
        world.settle()
        laws.check(world.plan, world.snapshot, world.now())
        most = max(most, len(world.live_attempts()))
        if not world.step():
            return most


def loop(kind: type[Task], *tasks: Task, **more: Any) -> Task:
    return group(kind, "each", *tasks, **{"values" if kind is ForEach else "value": ["1"]}, **more)


GROUPS = {
    "parallel": group(Parallel, "par", *map(step, "abcd"), concurrent=2),
    "dag": dag("dag", {"a": [], "b": [], "c": [], "d": []}, concurrent=2),
    "for each": loop(ForEach, step("a"), concurrencyLimit=2),
    "each parallel": loop(EachParallel, step("a"), step("b"), concurrent=2),
}


@pytest.mark.parametrize("name", GROUPS)
def test_no_more_are_tried_again_at_once_than_the_group_allows(name: str) -> None:
    world = World(Flow((GROUPS[name], step("end"))), failing_once(*"abcd"))
    taken_up(world)

    assert most_at_work(world) == 2
    assert world.snapshot.execution.state is State.SUCCESS


def test_groups_wait_with_all_that_is_inside_them() -> None:
    inner = [
        group(Parallel, f"p{n}", step(f"x{n}"), group(Sequential, f"s{n}", step(f"y{n}")))
        for n in range(3)
    ]
    world = World(
        Flow((group(Parallel, "par", *inner, concurrent=1),)),
        failing_once(*(f"{name}{n}" for name in "xy" for n in range(3))),
    )
    taken_up(world)
    world.settle()

    assert {world.task_of(run) for run in world.live_attempts()} == {"x0", "y0"}
    assert [world.states()[f"p{n}"] for n in range(3)] == ["RUNNING", "RESTARTED", "RESTARTED"]
    assert most_at_work(world) == 2
    last = [moment.state for moment in run_of(world, "p2").history[-3:]]
    assert last == [State.RESTARTED, State.RUNNING, State.SUCCESS]
    assert world.snapshot.execution.state is State.SUCCESS


def test_what_was_never_begun_comes_after_those_in_line() -> None:
    tasks = [step(name) for name in "abcd"]
    world = World(Flow((group(Parallel, "par", *tasks, concurrent=2),)), failing_once("a", "b"))
    world.settle()
    world.kill()
    world.play()
    assert world.created() == ["par", "a", "b"]
    assert restart(world.plan, world.snapshot, world.now())

    assert most_at_work(world) == 2
    assert world.created() == ["par", "a", "b", "c", "d"]


def test_the_next_in_line_is_loaded_by_the_next_turn() -> None:
    world = World(Flow((GROUPS["parallel"],)), failing_once(*"abcd"))
    taken_up(world)
    world.settle()
    done = world.live_attempts()[0]
    par, third = run_of(world, "par"), run_of(world, "c")
    world.finish(done)
    loaded = {id: world.snapshot.runs[id] for id in (par.id, done.id)}
    turn = Snapshot(world.snapshot.execution, loaded, {done.id: None})

    left = settle(world.plan, turn, world)

    assert left.unfinished
    assert list(turn.agenda) == [third.id]

    last = run_of(world, "d")
    early = Snapshot(turn.execution, {par.id: turn.runs[par.id], last.id: last}, {last.id: None})
    settle(world.plan, early, world)

    assert early.runs[last.id] == last


def test_a_state_by_hand_waits_for_room_beside_those_at_work() -> None:
    world = World(Flow((group(Parallel, "par", *map(step, "abc"), concurrent=1),)))
    world.settle()
    world.finish(world.live_attempts()[0])
    world.settle()

    assert mark(world.plan, world.snapshot, run_of(world, "a").id, State.RUNNING, world.now())
    world.settle()

    assert [world.task_of(run) for run in world.live_attempts()] == ["b"]
    assert most_at_work(world) == 1
    assert world.snapshot.execution.state is State.SUCCESS


def test_whoever_gets_an_end_by_hand_leaves_the_line() -> None:
    world = World(
        Flow((group(Parallel, "par", *map(step, "abc"), concurrent=1),)), failing_once(*"abc")
    )
    taken_up(world)
    world.settle()

    assert mark(world.plan, world.snapshot, run_of(world, "b").id, State.SUCCESS, world.now())
    world.settle()

    assert run_of(world, "b").folded
    assert [world.task_of(run) for run in line_of(world, run_of(world, "par"))] == ["c"]
    assert most_at_work(world) == 1
    assert [run_of(world, name).attempts for name in "abc"] == [2, 1, 2]


def test_an_iteration_whose_task_gets_an_end_by_hand_waits_before_it_goes_on() -> None:
    each = loop(ForEach, step("x"), step("y"), concurrencyLimit=1)
    answers = {("each", Ask.VALUES): ["a", "b"]}
    world = World(Flow((each,)), answers=answers)
    for _ in range(2):
        world.settle()
        world.finish(world.live_attempts()[0])
    world.settle()

    assert mark(world.plan, world.snapshot, run_of(world, "x", "a").id, State.WARNING, world.now())
    world.settle()

    assert [run.path for run in world.live_attempts()] == [("b",)]
    assert most_at_work(world) == 1
    assert len(world.created()) == 5


def test_those_in_line_are_killed_and_can_be_taken_up_again() -> None:
    world = World(Flow((GROUPS["parallel"],)), failing_once(*"abcd"))
    taken_up(world)
    world.settle()
    world.kill()
    assert world.play() is State.KILLED
    laws.check(world.plan, world.snapshot, world.now())

    assert restart(world.plan, world.snapshot, world.now())

    assert most_at_work(world) == 2
    assert world.snapshot.execution.state is State.SUCCESS


def test_an_end_by_hand_that_waits_in_line_is_counted_when_the_execution_is_killed() -> None:
    each = loop(ForEach, step("x"), step("y"), concurrencyLimit=1)
    world = World(Flow((each,)), answers={("each", Ask.VALUES): ["a", "b"]})
    for _ in range(2):
        world.settle()
        world.finish(world.live_attempts()[0])
    world.settle()
    marked = run_of(world, "x", "a").id
    assert mark(world.plan, world.snapshot, marked, State.WARNING, world.now())

    world.kill()

    assert world.play() is State.KILLED
    assert world.snapshot.runs[marked].state is State.WARNING
    laws.check(world.plan, world.snapshot, world.now())


def test_nobody_in_line_begins_while_the_execution_is_paused() -> None:
    world = World(Flow((GROUPS["parallel"],)), failing_once(*"abcd"))
    taken_up(world)
    world.settle()
    world.pause()
    for run in world.live_attempts():
        world.finish(run)
    world.settle()
    assert not world.live_attempts()

    world.resume()

    assert most_at_work(world) == 2
    assert world.snapshot.execution.state is State.SUCCESS


def test_a_replay_keeps_the_line_without_the_run_that_it_begins_with() -> None:
    world = World(Flow((group(Parallel, "par", *map(step, "abcd"), concurrent=1),)),
                  failing_once(*"abcd"))  # fmt: skip
    taken_up(world)

    copy = replayed(world, run_of(world, "b"))
    line = line_of(copy, run_of(copy, "par"))

    assert [copy.task_of(run) for run in line] == ["c", "d"]


def line_of(world: World, group: Run) -> list[Run]:
    found: list[Run] = []
    next_id = group.scope.next_in_line if group.scope else None
    while next_id is not None:
        run = world.snapshot.runs[next_id]
        found.append(run)
        next_id = lining.after(run)
    assert group.scope
    assert group.scope.waiting == len(found)
    return found


class Crowd(Fate):
    """A world where most first tries fail, in loops that all have values."""

    __slots__ = ()
    values: ClassVar[int] = 3

    def ending(self, place: Place, attempt: int) -> Verdict:
        fails = attempt <= 3 and self.chance("end", place, attempt) < 0.6
        return State.FAILED if fails else State.SUCCESS

    def count(self, place: Place) -> int | None:
        return self.values


class Crowded:
    """Writes flows of groups with limits, inside each other."""

    def __init__(self, random: Random) -> None:
        self.random, self.serial = random, 0

    def task(self, depth: int) -> Task:
        self.serial += 1
        id, limit = f"t{self.serial}", self.random.choice((0, 1, 1, 2))
        if depth == 0 or self.random.random() < 0.3:
            return step(id)
        tasks = [self.task(depth - 1) for _ in range(self.random.choice((1, 2, 3)))]
        match self.random.randrange(5):
            case 0:
                return group(Sequential, id, *tasks)
            case 1:
                return group(Parallel, id, *tasks, concurrent=limit)
            case 2:
                return group(ForEach, id, *tasks, values=["1"], concurrencyLimit=limit)
            case 3:
                return group(EachParallel, id, *tasks, value=["1"], concurrent=limit)
            case _:
                listed = [{"task": task} for task in tasks]
                return Dag.model_validate(
                    {"id": id, "type": "core.flow.Dag", "tasks": listed, "concurrent": limit}
                )


def a_crowd(seed: int) -> int:
    random = Random(seed)
    flow = Flow((Crowded(random).task(3),))
    shell = Shell(flow, Crowd(random.getrandbits(32)), random)
    steps = 0
    for _ in range(12):
        for _number in shell.play():
            steps += 1
            standing_laws.check(shell)
            if random.random() < 0.02 and shell.execution.state is State.RUNNING:
                _changed_by_hand(shell, random)
            if random.random() < 0.003 and not shell.execution.ended:
                shell.kill()
        assert shell.execution.ended
        if not shell.restart():
            break
    standing_laws.check_journal(shell)
    return steps


def _changed_by_hand(shell: Shell, random: Random) -> None:
    if shell.stored.agenda or not shell.stored.runs:
        return
    run = random.choice(list(shell.stored.runs))
    state = random.choice((State.SUCCESS, State.FAILED, State.RUNNING))
    shell.take_up(lambda plan, snapshot, now: mark(plan, snapshot, run, state, now))


@pytest.mark.parametrize("part", range(PARTS))
def test_a_crowd_of_failures_is_taken_up_within_all_limits(part: int) -> None:
    assert search(part, 0.06, a_crowd)
