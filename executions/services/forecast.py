"""What a restart or a replay would do, told without doing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from downbeat.sdk.shapes import Choice
from executions.engine.plan import Node, Plan
from executions.engine.state import Run
from executions.services.replaying import Taken

MOST: Final = 1000
"""Entries of a list that are shown; the counts are always of all."""


@dataclass(frozen=True, slots=True)
class Step:
    """A task run of the old execution, or (without an id) a task that has no run yet."""

    task_id: str
    run_id: UUID | None = None
    value: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What happens to each task run, and which tasks follow."""

    same_execution: bool
    revision: int
    reused: tuple[Step, ...] = ()
    """Kept as they are."""
    again: tuple[Step, ...] = ()
    """Taken up again, or run anew."""
    next: tuple[Step, ...] = ()
    """Tasks that have no run yet and follow."""
    possible: tuple[Step, ...] = ()
    """Tasks that may follow: branches of a choice, handlers of errors."""
    dropped: tuple[Step, ...] = ()
    """Not taken over."""

    def lists(self) -> Iterator[tuple[str, tuple[Step, ...]]]:
        """The lists with their names."""
        yield "reused", self.reused
        yield "again", self.again
        yield "next", self.next
        yield "possible", self.possible
        yield "dropped", self.dropped


def of_taken(taken: Taken, *, same_execution: bool, revision: int) -> Forecast:
    """What comes of the runs that are taken over."""
    new = {run.id: run for run in taken.runs}
    pairs = [(taken.old[old], new[id]) for old, id in taken.ids.items() if id in new]
    kept = [old for old, run in pairs if run.folded]
    again = [old for old, run in pairs if not run.folded]
    gone = [run for id, run in taken.old.items() if id not in taken.ids]
    known = {_task_of(taken.old_plan, run) for run in (*kept, *again)}
    following, possible = _following(taken.plan, known)
    return Forecast(
        same_execution=same_execution,
        revision=revision,
        reused=_steps(taken.old_plan, kept),
        again=_steps(taken.old_plan, again),
        next=following,
        possible=possible,
        dropped=_steps(taken.old_plan, gone),
    )


def from_the_start(plan: Plan, old: Mapping[UUID, Run], old_plan: Plan, revision: int) -> Forecast:
    """What a replay from the start does: everything, and nothing is taken over."""
    following, possible = _following(plan, set())
    return Forecast(
        same_execution=False,
        revision=revision,
        next=following,
        possible=possible,
        dropped=_steps(old_plan, old.values()),
    )


def as_json(found: Forecast) -> dict[str, Any]:
    """A forecast as the API tells it."""
    shown: dict[str, Any] = {
        "dryRun": True,
        "sameExecution": found.same_execution,
        "flowRevision": found.revision,
        "counts": {name: len(steps) for name, steps in found.lists()},
    }
    return shown | {name: [_shown(step) for step in steps[:MOST]] for name, steps in found.lists()}


def _shown(step: Step) -> dict[str, str]:
    optional = {
        "taskRunId": str(step.run_id) if step.run_id else None,
        "value": step.value,
        "state": step.state,
    }
    known = {name: value for name, value in optional.items() if value is not None}
    return {"taskId": step.task_id, **known}


def _following(plan: Plan, known: set[str]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    missing = [node for node in plan.nodes if node.id not in known]
    sure = tuple(Step(node.id) for node in missing if not _is_unsure(plan, node))
    return sure, tuple(Step(node.id) for node in missing if _is_unsure(plan, node))


def _is_unsure(plan: Plan, node: Node) -> bool:
    """Whether a task runs only if something fails, is chosen, or is heard."""
    heard = any(node.index in nodes for nodes in plan.listeners)
    if node.branch == "errors" or heard or not node.always_runs:
        return True
    if node.parent is None:
        return False
    above = plan.nodes[node.parent]
    chosen = isinstance(above.shape, Choice) and node.branch not in ("errors", "finally")
    return chosen or _is_unsure(plan, above)


def _task_of(plan: Plan, run: Run) -> str:
    return run.task_id if run.dynamic else plan.nodes[run.node].id


def _steps(plan: Plan, runs: Iterable[Run]) -> tuple[Step, ...]:
    ordered = sorted(runs, key=lambda run: (run.history[0].at, run.id))
    return tuple(Step(_task_of(plan, run), run.id, run.value, str(run.state)) for run in ordered)
