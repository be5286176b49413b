"""What a task inside an isolated loop sees: its own item, and the outputs of its own iteration.

Outputs of looped tasks are kept by the iterations' paths. Inside an isolated loop nobody has to
name them: the part of the path that a task shares with the one it asks for is taken for granted.
The steps of a loop over a file's items see each other in the same way, in whatever loops it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from downbeat.sdk.shapes import Iteration
from executions.engine.evolve import KEY
from executions.engine.plan import Node, Plan
from executions.engine.state import Run, Snapshot
from executions.runtime.outputs import Path
from executions.runtime.plans import Compiled


def isolates(plan: Plan, loop: int) -> bool:
    """Whether each iteration of a loop is a scope of its own."""
    shape = plan.nodes[loop].shape
    return isinstance(shape, Iteration) and shape.isolated


def is_item(plan: Plan, node: Node) -> bool:
    """Whether a group stands for one item of an isolated loop."""
    return node.parent is not None and isolates(plan, node.parent)


@dataclass(frozen=True, slots=True)
class Sight:
    """Which outputs a run means when it names a task."""

    compiled: Compiled
    node: Node
    path: Path

    def prefix(self, task_id: str) -> Path:
        """The part of a task's iteration path that goes without saying."""
        other = self.compiled.plan.of_task(task_id)
        if other is None:
            return ()
        loops = self.compiled.loops[other.index]
        if self.node.task.internal and other.task.internal and other.parent == self.node.parent:
            return self.path[: len(loops)]
        shared = 0
        for place, (theirs, own) in enumerate(
            zip(loops, self.compiled.loops[self.node.index], strict=False), 1
        ):
            if theirs != own:
                break
            if isolates(self.compiled.plan, own):
                shared = place
        return self.path[:shared]

    def of(self, outputs: Mapping[str, Any]) -> Mapping[str, Any]:
        """``outputs`` as this run sees them."""
        if isinstance(outputs, dict):
            return {task_id: self._inside(outputs, task_id) for task_id in outputs}
        return _Near(self, outputs)

    def _inside(self, outputs: Mapping[str, Any], task_id: str) -> Any:
        found = outputs[task_id]
        for key in self.prefix(task_id):
            found = found[key]
        return found


class _Near(Mapping[str, Any]):
    """Outputs that are read when they are named."""

    def __init__(self, sight: Sight, outputs: Mapping[str, Any]) -> None:
        self._sight, self._outputs = sight, outputs

    def __getitem__(self, task_id: str) -> Any:
        return self._sight._inside(self._outputs, task_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)


def sight_of(compiled: Compiled, run: Run) -> Sight | None:
    """What is different for a run inside an isolated loop; None for all others."""
    node = compiled.plan.nodes[run.node]
    loops = compiled.loops[node.index]
    if node.task.internal or any(isolates(compiled.plan, loop) for loop in loops):
        return Sight(compiled, node, run.path)
    return None


def implied_of(compiled: Compiled, node: Node) -> int:
    """How many of the loops around a node, from the outermost, go without saying inside it."""
    loops = compiled.loops[node.index]
    isolated = [place for place, loop in enumerate(loops, 1) if isolates(compiled.plan, loop)]
    return isolated[-1] if isolated else 0


def items_around(
    compiled: Compiled, snapshot: Snapshot, run: Run, shown: Callable[[str], str]
) -> list[dict[str, Any]]:
    """The items of the isolated loops around a run, the nearest first; sealed ones ``shown``."""
    found = []
    for id in (run.id, *reversed(run.ancestors)):
        one = snapshot.runs.get(id)
        if one is None or not is_item(compiled.plan, compiled.plan.nodes[one.node]):
            continue
        item: dict[str, Any] = {
            "index": one.iteration,
            "value": None if one.value is None else shown(one.value),
        }
        if KEY in one.facts:
            item["key"] = shown(one.facts[KEY])
        found.append(item)
    return found
