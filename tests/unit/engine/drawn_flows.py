"""Flows drawn by chance: all groups, nested to a depth, with every key that the engine reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any, Final

from downbeat.sdk.retry import ConstantRetry
from downbeat.sdk.task import Task
from flows.plugins.core.branching import If, Switch
from flows.plugins.core.groups import AllowFailure, Dag, Parallel, Sequential, WorkingDirectory
from flows.plugins.core.loops import EachParallel, EachSequential, ForEach, Loop, LoopUntil
from flows.plugins.core.subflows import Subflow
from flows.plugins.core.waiting import Pause, Sleep
from tests.unit.engine.world import Flow, Quick, Step

Make = Callable[["Author", int, dict[str, Any]], Task]
DEEPEST: Final = 5
MOST_TASKS: Final = 22


class Author:
    """Writes a flow: every task has an id of its own, size and nesting are bounded.

    ``tame``: only what comes to the same end in whatever order things happen. ``strict``: nothing
    forgives a failure, no wait ends in one, and nothing comes after the execution.
    """

    def __init__(self, random: Random, *, tame: bool = False, strict: bool = False) -> None:
        self.random = random
        self.tame, self.strict = tame or strict, strict
        self.serial = 0
        self.loops = 0

    def flow(self) -> Flow:
        """A whole flow."""
        depth = self.random.choice((1, 2, 3, DEEPEST))
        policy = ConstantRetry(type="constant", interval=timedelta(seconds=2), max_attempts=2)
        return Flow(
            tasks=tuple(self.tasks(depth)),
            errors=tuple(self.maybe(2) or ()),
            finally_=tuple(self.maybe(2) or ()),
            after_execution=() if self.strict else tuple(self.maybe(1) or ()),
            retry=policy if self.one_in(6) else None,
            outputs=(object(),) if self.one_in(5) else (),
        )

    def one_in(self, many: int) -> bool:
        return self.random.randrange(many) == 0

    def tasks(self, depth: int) -> list[Task]:
        return [self.task(depth) for _ in range(self.random.choice((1, 2, 2, 3)))]

    def maybe(self, depth: int) -> list[Task] | None:
        return self.tasks(depth) if self.one_in(3) and self.serial < MOST_TASKS else None

    def task(self, depth: int) -> Task:
        self.serial += 1
        common = self._common()
        small = depth <= 0 or self.serial >= MOST_TASKS
        make = self.random.choice(LEAVES if small else WITH_GROUPS)
        if make in GROUPS:
            common["errors"] = self.maybe(depth - 1)
            common["finally"] = self.maybe(depth - 1)
        return make(self, depth, common)

    def _common(self) -> dict[str, Any]:
        common: dict[str, Any] = {"id": f"t{self.serial}"}
        if self.one_in(8):
            common["runIf"] = "x"
        if self.one_in(5) and not self.strict:
            common["allowFailure"] = True
        if self.one_in(6):
            common["allowWarning"] = True
        if self.one_in(12):
            common["disabled"] = True
        if self.one_in(4):
            common["retry"] = self._retry()
        return common

    def _retry(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": "constant",
            "interval": "PT1S",
            "maxAttempts": self.random.randint(1, 3),
            "warningOnRetry": self.one_in(3),
        }
        if not self.tame and self.one_in(3):
            found["behavior"] = "CREATE_NEW_EXECUTION"
        if not self.tame and self.one_in(3):
            found["maxDuration"] = "PT3S"
        return found

    def looping(self) -> bool:
        """Whether one more loop is bearable: loops in loops multiply."""
        self.loops += 1
        return self.loops <= 3


def _leaf(kind: type[Task], **more: Any) -> Make:
    def make(author: Author, depth: int, common: dict[str, Any]) -> Task:
        return kind.model_validate({"type": kind.type_name, **common, **more})

    return make


def _group(kind: type[Task], limit: str | None = None, **more: Any) -> Make:
    def make(author: Author, depth: int, common: dict[str, Any]) -> Task:
        found = {"type": kind.type_name, "tasks": author.tasks(depth - 1), **common, **more}
        if limit:
            found[limit] = author.random.randint(0, 3)
        return kind.model_validate(found)

    return make


def _loop(kind: type[Task], limit: str | None = None, **more: Any) -> Make:
    group, single = _group(kind, limit, **more), _group(Sequential)

    def make(author: Author, depth: int, common: dict[str, Any]) -> Task:
        return (group if author.looping() else single)(author, depth, common)

    return make


def _items(author: Author, depth: int, common: dict[str, Any]) -> Task:
    keeps = not author.strict and author.one_in(3)
    loop = _loop(Loop, "concurrencyLimit", values=["a"], transmitFailed=not keeps)
    single = _group(Sequential)
    return (loop if author.loops < 3 else single)(author, depth, common)


def _tolerant(author: Author, depth: int, common: dict[str, Any]) -> Task:
    kind = Sequential if author.strict else AllowFailure
    return _group(kind)(author, depth, common)


def _dag(author: Author, depth: int, common: dict[str, Any]) -> Task:
    tasks = author.tasks(depth - 1)
    names = [task.id for task in tasks]
    listed = [
        {"task": task, "dependsOn": [name for name in names[:n] if author.one_in(2)]}
        for n, task in enumerate(tasks)
    ]
    author.random.shuffle(listed)
    limit = author.random.randint(0, 2)
    return Dag.model_validate(
        {"type": "core.flow.Dag", "tasks": listed, "concurrent": limit, **common}
    )


def _if(author: Author, depth: int, common: dict[str, Any]) -> Task:
    found = {"type": "core.flow.If", "condition": "x", "then": author.tasks(depth - 1), **common}
    found["else"] = author.maybe(depth - 1)
    return If.model_validate(found)


def _switch(author: Author, depth: int, common: dict[str, Any]) -> Task:
    cases = {"true": author.tasks(depth - 1), "b": author.tasks(0)}
    found = {"type": "core.flow.Switch", "value": "x", "cases": cases, **common}
    found["defaults"] = author.tasks(depth - 1) if author.strict else author.maybe(depth - 1)
    return Switch.model_validate(found)


def _pause(author: Author, depth: int, common: dict[str, Any]) -> Task:
    ways = ["RESUME", "RESUME", "WARN"]
    ways += [] if author.strict else ["FAIL"]
    ways += [] if author.tame else ["CANCEL"]
    found = {"type": "core.flow.Pause", "behavior": author.random.choice(ways), **common}
    found["tasks"] = author.maybe(depth - 1)
    return Pause.model_validate(found)


def _directory(author: Author, depth: int, common: dict[str, Any]) -> Task:
    inside = Step(id=f"{common['id']}_in", type="test.Step")
    return WorkingDirectory.model_validate(
        {"type": "core.flow.WorkingDirectory", "tasks": [inside], **common}
    )


LEAVES: Final[list[Make]] = [
    _leaf(Step),
    _leaf(Step),
    _leaf(Quick),
    _leaf(Quick),
    _leaf(Sleep, duration=timedelta(seconds=5)),
    _leaf(Subflow, namespace="n", flowId="f"),
    _leaf(Step, onWorkerLost="FAIL"),
]
GROUPS: Final[list[Make]] = [
    _group(Sequential),
    _tolerant,
    _group(Parallel, "concurrent"),
    _dag,
    _if,
    _switch,
    _loop(ForEach, "concurrencyLimit", values=["a"]),
    _loop(EachSequential, value=["a"]),
    _loop(EachParallel, "concurrent", value=["a"]),
    _loop(LoopUntil, condition="x"),
    _items,
    _pause,
    _directory,
]
WITH_GROUPS: Final[list[Make]] = LEAVES[:3] + GROUPS
