"""What the world answers an execution: every answer follows from a number and from what is asked.

The same question has the same answer whatever the order in which things happen, so what a flow
comes to can be computed beside the engine and compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zlib import crc32

from downbeat.sdk.task import Task
from executions.engine.state import State

Verdict = State | tuple[State, str]
LOST: Verdict = (State.FAILED, "worker_lost")


@dataclass(frozen=True, slots=True)
class Place:
    """One task in one iteration: its values, and the rounds of the repetitions around it."""

    task: Task
    path: tuple[str, ...] = ()
    rounds: tuple[int, ...] = ()

    @property
    def anywhere(self) -> Place:
        """The place in whatever round: some answers are the same in all of them."""
        return Place(self.task, self.path)


@dataclass(frozen=True, slots=True)
class Fate:
    """All answers of one world."""

    seed: int
    wild: bool = False
    """Children may end in every state, as those of others do."""
    mends_after: int = 99
    """Tries beyond so many succeed."""
    kind: bool = False
    """Everything can be rendered, no wait runs out, and no repetition is in vain."""

    def chance(self, asked: str, place: Place, number: int = 0) -> float:
        """A number in [0, 1)."""
        key = f"{self.seed}/{asked}/{place.task.id}/{place.path}/{place.rounds}/{number}"
        return crc32(key.encode()) / 2**32

    def ending(self, place: Place, attempt: int) -> Verdict:
        """How a try ends."""
        chance = self.chance("end", place, attempt)
        if chance < 0.62 or attempt > self.mends_after:
            return State.SUCCESS
        if chance < 0.70:
            return State.WARNING
        if chance < 0.80:
            return LOST
        if self.wild and chance < 0.84:
            return (State.KILLED, State.CANCELLED, State.SKIPPED)[int(chance * 1000) % 3]
        return State.FAILED

    def run_if(self, place: Place) -> bool | None:
        """Whether a condition holds; None if it cannot be rendered."""
        return None if self._broken("runIf", place) else self.chance("if", place.anywhere) < 0.6

    def choice(self, place: Place) -> str | None:
        """The branch that is chosen."""
        if self._broken("choice", place):
            return None
        return "true" if self.chance("choose", place.anywhere) < 0.5 else "false"

    def count(self, place: Place) -> int | None:
        """How many values a loop has."""
        return (
            None if self._broken("values", place) else int(self.chance("count", place.anywhere) * 4)
        )

    def until(self, place: Place, round_: int) -> dict[str, Any] | None:
        """What a repetition is told after a round."""
        if self._broken("until", place, round_):
            return None
        return {
            "done": self.chance("done", place, round_) < 0.4,
            "interval": 2.0,
            "maxIterations": 1 + int(self.chance("most", place) * 3),
            "maxDuration": None,
            "failOnMax": not self.kind and self.chance("fail", place) < 0.5,
        }

    def hold(self, place: Place) -> dict[str, Any] | None:
        """For how long a pause waits."""
        if self._broken("hold", place):
            return None
        chance = self.chance("wait", place)
        return {
            "delay": 3.0 if chance < 0.4 else None,
            "timeout": 7.0 if 0.3 < chance < 0.6 and not self.kind else None,
        }

    def delay(self, place: Place, attempt: int) -> float | None:
        """For how long a sleep lasts."""
        return None if self._broken("delay", place, attempt) else 5.0

    def child(self, place: Place, attempt: int) -> dict[str, Any] | None:
        """What a child execution is started with."""
        return None if self._broken("child", place, attempt) else {}

    def outputs_break(self) -> bool:
        """Whether the outputs of the flow cannot be rendered."""
        return not self.kind and self.seed % 3 == 0

    def _broken(self, asked: str, place: Place, number: int = 0) -> bool:
        return not self.kind and self.chance("broken" + asked, place, number) < 0.08
