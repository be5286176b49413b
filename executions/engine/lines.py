"""Who has to wait in line when runs are taken up again, so that groups keep their limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from downbeat.sdk.shapes import Iteration
from executions.engine.plan import Plan
from executions.engine.rules import lining
from executions.engine.state import Run, Snapshot


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What is taken up again, while everything still stands as it did before."""

    runs: frozenset[UUID]
    """The runs, and the groups around them."""
    void: frozenset[UUID]
    done: frozenset[UUID]
    """Those that get an end by hand, and so no work."""


def lines_of(
    plan: Plan, snapshot: Snapshot, groups: Iterable[UUID], taken: TakenUp
) -> dict[UUID, tuple[UUID, ...]]:
    """The line of each of these groups; a group with room for all that is taken up has none.

    Inside a group that waits itself everything waits, whatever the limits: so the group alone has
    to be told when its turn comes.
    """
    children: dict[UUID, list[Run]] = {group: [] for group in groups}
    for run in snapshot.runs.values():
        if run.parent in children and not run.dynamic and run.id not in taken.void:
            children[run.parent].append(run)
    found: dict[UUID, tuple[UUID, ...]] = {}
    waiting: set[UUID] = set()
    for group in sorted(children, key=lambda group: len(snapshot.runs[group].ancestors)):
        whole = group in waiting
        line = _line(plan, snapshot.runs[group], children[group], taken, whole=whole)
        waiting.update(line)
        if line:
            found[group] = line
    return found


def _line(
    plan: Plan, group: Run, children: list[Run], taken: TakenUp, *, whole: bool
) -> tuple[UUID, ...]:
    shape = plan.nodes[group.node].shape
    ordered = isinstance(shape, Iteration) and shape.ordered
    # The end of a task in an iteration begins the next one: it needs a place, too.
    wanted = [
        run
        for run in children
        if (lining.waits(run) or (run.folded and run.id in taken.runs))
        and (ordered or run.id not in taken.done)
    ]
    wanted.sort(key=lambda run: (run.iteration or 0, plan.nodes[run.node].place))
    if whole or any(lining.waits(run) for run in wanted):
        return tuple(run.id for run in wanted)
    limit = lining.limit_of(shape)
    if limit == 0:
        return ()
    # An iteration has one task at a time at work.
    at_work = [run for run in children if not run.folded]
    return tuple(run.id for run in wanted[max(0, limit - len(at_work)) :])
