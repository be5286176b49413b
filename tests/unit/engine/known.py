"""What a trace knows of a run, and the laws about how many runs may be at work side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from downbeat.sdk.shapes import Concurrent, Graph, Iteration
from executions.engine.plan import Node
from executions.engine.state import TERMINAL, State

BAD: Final = frozenset({State.KILLED, State.CANCELLED, State.RETRIED, State.FAILED})
LISTS: Final = ("errors", "finally", "after")


@dataclass(slots=True)
class Known:
    """What the trace knows of one run."""

    id: UUID
    node: Node | None
    parent: UUID | None
    iteration: int | None
    state: State = State.CREATED
    at_worker: bool = False
    told: bool = False
    folded: bool = False
    tries: int = 0
    losses: int = 0
    lost: bool = False
    """Whether its last try was lost with its worker."""
    by_hand: bool = False
    """Somebody gave it its state; what had begun after it goes on."""
    due: datetime | None = None
    wake: datetime | None = None
    waits: bool = False
    """It was taken up again, and its turn has not come."""

    @property
    def ended(self) -> bool:
        return self.state in TERMINAL

    @property
    def stops(self) -> bool:
        """Whether nothing of the same sequence may follow."""
        return self.state in BAD and not self.by_hand


def within_limit(node: Node, shape: object, beside: Iterable[Known]) -> Iterator[str]:
    """Whether no more are at work in a group of this shape than may be."""
    if node.branch in LISTS:
        return
    live = [run for run in beside if not (run.ended or run.waits)]
    match shape:
        case Concurrent(limit=limit) | Graph(limit=limit) if limit and len(live) > limit:
            yield f"{len(live)} run at once, {limit} are allowed"
        case Iteration(limit=limit, ordered=ordered) if limit:
            units = {run.iteration if ordered else run.id for run in live}
            if len(units) > limit:
                yield f"{len(units)} iterations run at once, {limit} are allowed"


def waits_above(runs: Mapping[UUID, Known], run: Known) -> Iterator[str]:
    """Nothing begins before its turn, nor inside a group before the turn of the group."""
    above: Known | None = run
    while above is not None:
        if above.waits:
            yield f"{run.id} begins though {above.id} waits for its turn"
        above = runs.get(above.parent) if above.parent else None
