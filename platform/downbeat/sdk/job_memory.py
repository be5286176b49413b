"""What a task run remembers of its jobs at vendors from one attempt to the next, each by a name.

Jobs that a task starts one after the other without naming them are known by their place: the first
of an attempt goes on with the first of the attempt before, the second with the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from downbeat.sdk.context import RunContext

_JOBS: Final = "jobs"
_TURN: Final = "turn"
_OF_ONE_JOB: Final = frozenset({_TURN, "asked", "job", "ended", "last"})
"""Where attempts before this form of memory kept the only job that they knew."""


def place(ctx: RunContext) -> str:
    """The name of the next job of this attempt that has none of its own."""
    number = 1
    while JobMemory(ctx, str(number)).is_begun:
        number += 1
    return str(number)


def names(ctx: RunContext) -> tuple[str, ...]:
    """Every job that is remembered."""
    return tuple(_jobs(ctx.remembered))


@dataclass(frozen=True, slots=True)
class JobMemory:
    """What is remembered of one job."""

    ctx: RunContext
    name: str

    @property
    def held(self) -> Mapping[str, Any]:
        """The facts: ``turn``, and ``asked``, ``job``, ``ended``, ``last`` once there are such."""
        return _jobs(self.ctx.remembered).get(self.name) or {}

    @property
    def is_begun(self) -> bool:
        """Whether this very attempt has begun the job, or gone on with it."""
        return bool(self.held.get("begun") == self.ctx.run.fence)

    @property
    def is_over(self) -> bool:
        """Whether the job has ended well in this very attempt: what is begun now is another one."""
        return bool(self.held.get("ended") == self.ctx.run.fence)

    @property
    def key(self) -> str:
        """The key of the job's start, the same for every attempt at it."""
        return f"{self.ctx.run.task_run_id}-{self.held.get(_TURN, 0)}"

    def take_turn(self) -> None:
        """Gives the job a key that no other job of the task run has or had."""
        turn = int(self.ctx.remembered.get(_TURN, 0)) + 1
        self._keep({_TURN: turn}, turn)

    def add(self, **facts: Any) -> None:
        """Remembers more of the job."""
        self._keep({**self.held, **facts})

    def forget(self) -> None:
        """The next attempt starts a new job; what the last one was is kept for whoever looks."""
        held = self.held
        kept = {_TURN: held.get(_TURN, 0), "begun": held.get("begun"), "last": held.get("job")}
        self._keep(kept)

    def _keep(self, facts: Mapping[str, Any], turn: int | None = None) -> None:
        before = self.ctx.remembered
        jobs = {**_jobs(before), self.name: {**facts, "begun": self.ctx.run.fence}}
        turns = int(before.get(_TURN, 0)) if turn is None else turn
        others = {key: value for key, value in before.items() if key not in _OF_ONE_JOB}
        self.ctx.remember({**others, _TURN: turns, _JOBS: jobs})


def _jobs(remembered: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] | None = remembered.get(_JOBS)
    if found is not None:
        return found
    only = {key: remembered[key] for key in _OF_ONE_JOB if key in remembered}
    return {"1": only} if only else {}
