"""Executions drawn by chance end, lawfully: plans of all shapes, with every disturbance there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from downbeat.sdk.retry import ConstantRetry
from downbeat.sdk.task import Task
from executions.engine import laws
from executions.engine.events import AttemptQueued
from executions.engine.state import TERMINAL, Ask, State
from flows.plugins.core.branching import If, Switch
from flows.plugins.core.groups import AllowFailure, Dag, Parallel, Sequential
from flows.plugins.core.loops import EachParallel, ForEach, Loop, LoopUntil
from flows.plugins.core.subflows import ForEachItem, Subflow
from flows.plugins.core.waiting import Pause, Sleep
from tests.unit.engine.world import Flow, Quick, Step, World

Draw = Callable[..., Any]


class Author:
    """Writes a flow: every task has an id of its own, nesting is bounded."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.serial = 0

    def tasks(self, depth: int, least: int = 1) -> list[Task]:
        return [self.task(depth) for _ in range(self.draw(st.integers(least, 3)))]

    def maybe(self, depth: int) -> list[Task] | None:
        return self.tasks(depth) if self.draw(st.integers(0, 3)) == 0 else None

    def task(self, depth: int) -> Task:
        self.serial += 1
        common: dict[str, Any] = {"id": f"t{self.serial}"}
        if self.draw(st.integers(0, 9)) == 0:
            common["runIf"] = "x"
        if self.draw(st.integers(0, 5)) == 0:
            common["allowFailure"] = True
        if self.draw(st.integers(0, 5)) == 0:
            common["retry"] = {
                "type": "constant", "interval": "PT1S",
                "maxAttempts": self.draw(st.integers(1, 3)),
                "behavior": self.draw(st.sampled_from(
                    ["RETRY_FAILED_TASK", "RETRY_FAILED_TASK", "CREATE_NEW_EXECUTION"])),
            }  # fmt: skip
        make = self.draw(st.sampled_from(LEAVES if depth <= 0 else LEAVES[:2] + GROUPS))
        if make in GROUPS:
            common["errors"] = self.maybe(depth - 1)
            common["finally"] = self.maybe(depth - 1)
        made: Task = make(self, depth, common)
        return made


def _leaf(kind: type[Task], **more: Any) -> Any:
    def make(author: Author, depth: int, common: dict[str, Any]) -> Task:
        return kind.model_validate({"type": kind.type_name, **common, **more})

    return make


def _group(kind: type[Task], limit: str | None = None, **more: Any) -> Any:
    def make(author: Author, depth: int, common: dict[str, Any]) -> Task:
        found = {"type": kind.type_name, "tasks": author.tasks(depth - 1), **common, **more}
        if limit:
            found[limit] = author.draw(st.integers(0, 3))
        return kind.model_validate(found)

    return make


def _dag(author: Author, depth: int, common: dict[str, Any]) -> Task:
    tasks = author.tasks(depth - 1)
    names = [task.id for task in tasks]
    listed = [
        {"task": task, "dependsOn": author.draw(st.lists(st.sampled_from(names[:n]), unique=True))}
        if n
        else {"task": task}
        for n, task in enumerate(tasks)
    ]
    limit = author.draw(st.integers(0, 2))
    return Dag.model_validate(
        {"type": "core.flow.Dag", "tasks": listed, "concurrent": limit, **common}
    )


def _if(author: Author, depth: int, common: dict[str, Any]) -> Task:
    found = {"type": "core.flow.If", "condition": "x", "then": author.tasks(depth - 1), **common}
    found["else"] = author.maybe(depth - 1)
    return If.model_validate(found)


def _switch(author: Author, depth: int, common: dict[str, Any]) -> Task:
    cases = {"true": author.tasks(depth - 1), "b": author.tasks(depth - 1)}
    return Switch.model_validate(
        {"type": "core.flow.Switch", "value": "x", "cases": cases, **common}
    )


LEAVES: list[Any] = [
    _leaf(Step),
    _leaf(Quick),
    _leaf(Sleep, duration=timedelta(seconds=5)),
    _leaf(Subflow, namespace="n", flowId="f"),
    _leaf(Step, onWorkerLost="FAIL"),
    _leaf(ForEachItem, items="x", namespace="n", flowId="f"),
    _leaf(ForEachItem, items="x", namespace="n", flowId="f", concurrencyLimit=1),
]
GROUPS: list[Any] = [
    _group(Sequential),
    _group(AllowFailure),
    _group(Parallel, "concurrent"),
    _dag,
    _if,
    _switch,
    _group(ForEach, "concurrencyLimit", values=["a"]),
    _group(EachParallel, "concurrent", value=["a"]),
    _group(Loop, "concurrencyLimit", values=["a"], outputs=[{"id": "o", "value": "x"}]),
    _group(LoopUntil, condition="x"),
    _group(Pause),
]


@st.composite
def flows(draw: Draw) -> Flow:
    author = Author(draw)
    retry = ConstantRetry(type="constant", interval=timedelta(seconds=2), max_attempts=2)
    return Flow(
        tasks=tuple(author.tasks(2)),
        errors=tuple(author.maybe(1) or ()),
        finally_=tuple(author.maybe(1) or ()),
        after_execution=tuple(author.maybe(0) or ()),
        retry=retry if draw(st.integers(0, 4)) == 0 else None,
        outputs=(object(),) if draw(st.integers(0, 4)) == 0 else (),
    )


ENDINGS = [State.SUCCESS] * 6 + [
    State.FAILED, State.FAILED, State.WARNING, (State.FAILED, "worker_lost"),
]  # fmt: skip


class Chance(World):
    """A world whose answers are drawn from one source of chance."""

    def __init__(self, flow: Flow, random: Any) -> None:
        self.random = random
        super().__init__(flow, lambda task, attempt: random.choice(ENDINGS))
        self.most_creations = random.choice([1, 7, 500])

    def answer(self, ask: Ask) -> Any:
        chance = self.random.random()
        match ask:
            case Ask.RUN_IF:
                return ValueError("x") if chance < 0.2 else chance < 0.7
            case Ask.CHOICE:
                return ValueError("x") if chance < 0.1 else self.random.choice(["true", "false"])
            case Ask.VALUES:
                return ["v"] * self.random.randrange(0, 6)
            case Ask.BATCHES:
                count = self.random.randrange(0, 4)
                return ValueError("x") if chance < 0.1 else {"count": count}
            case Ask.HOLD:
                return {
                    "delay": self.random.choice([None, 1.0]), "timeout": self.random.choice([None, 3.0])
                }  # fmt: skip
            case Ask.OUTPUTS:
                return ValueError("x") if chance < 0.3 else {}
            case Ask.UNTIL | Ask.CHILD | Ask.DELAY if chance < 0.1:
                return ValueError("x")
            case _:
                return None

    def render(self, snapshot: Any, run: Any, ask: Ask) -> Any:
        found = self.answer(ask)
        task = self.task_of(snapshot.runs[run]) if run else ""
        self.answers = {} if found is None else {(task, ask): found}
        return super().render(snapshot, run, ask)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    flows(),
    st.none() | st.integers(0, 25),
    st.none() | st.integers(0, 25),
    st.randoms(use_true_random=False),
)
def test_every_execution_ends_lawfully(
    flow: Flow, kill_at: int | None, pause_at: int | None, random: Any
) -> None:
    world = Chance(flow, random)
    killed_with: int | None = None
    for moment in range(600):
        if moment == kill_at:
            world.kill()
            killed_with = len(world.snapshot.runs)
        if moment == pause_at and world.snapshot.execution.state is State.RUNNING:
            world.pause()
        held, before = world.snapshot.execution.held, len(world.events)
        world.settle()
        if held:
            assert not any(isinstance(event, AttemptQueued) for event in world.events[before:])
        laws.check(world.plan, world.snapshot, world.now())
        if killed_with is not None and not world.snapshot.execution.ended:
            assert len(world.snapshot.runs) == killed_with
        if not world.step(random.choice) and not _resumed(world):
            break
    it = world.snapshot.execution
    laws.check(world.plan, world.snapshot, world.now())
    assert it.state in TERMINAL
    assert all(run.ended for run in world.snapshot.runs.values())
    if kill_at == 0:
        assert it.state is State.KILLED
        assert not world.snapshot.runs or it.scope.phase.name in ("AFTER", "CLOSED")
    if it.state is State.SUCCESS:
        top = [run for run in world.snapshot.runs.values() if run.parent is None]
        tasks = [run for run in top if world.plan.nodes[run.node].branch == "tasks"]
        assert all(run.state in (State.SUCCESS, State.SKIPPED) for run in tasks)


def _resumed(world: World) -> bool:
    """Somebody comes by and resumes what is paused."""
    if world.snapshot.execution.ended:
        return False
    if world.snapshot.execution.pause_asked:
        world.resume()
        return True
    held = [run for run in world.snapshot.runs.values() if run.state is State.PAUSED]
    if held:
        world.resume(held[0].id)
    return bool(held)
