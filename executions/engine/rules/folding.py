"""An ended run is counted in the scope around it, once.

In a loop the ended child also decides what follows in its own iteration: the next task, or the end
of the iteration. So a loop of ten thousand never looks at more than the child that ended.
"""

from __future__ import annotations

from collections.abc import Iterator

from downbeat.sdk.shapes import Iteration
from executions.engine.commands import Command, CreateRun, Fold
from executions.engine.plan import Node, Plan
from executions.engine.rules import killing, outcome
from executions.engine.state import Phase, Run, Snapshot


def fold(plan: Plan, snapshot: Snapshot, run: Run) -> Iterator[Command]:
    """Counts a run that has ended."""
    if run.folded:
        return
    node = plan.nodes[run.node]
    above = plan.nodes[node.parent] if node.parent is not None else None
    ordered_loop = (
        above is not None
        and isinstance(above.shape, Iteration)
        and above.shape.ordered
        and node.branch == Phase.TASKS
    )
    if not ordered_loop or above is None:
        yield Fold(run.id)
        return
    following = None if killing.holds(snapshot) else _following(plan, above, node, run)
    yield Fold(run.id, closes_iteration=following is None)
    if following is not None:
        yield CreateRun(run.parent, following, run.iteration)


def _following(plan: Plan, loop: Node, node: Node, run: Run) -> int | None:
    """The next task of the same iteration, unless this one's end stops it."""
    if run.state in outcome.STOPS:
        return None
    tasks = plan.branch(loop, node.branch)
    return tasks[node.place + 1] if node.place + 1 < len(tasks) else None
