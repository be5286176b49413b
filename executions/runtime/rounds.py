"""Rounds of a repetition: each begins with a clean sight, and knows its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from executions.engine.events import RoundBegun
from executions.runtime.output_limit import size_of

if TYPE_CHECKING:
    from executions.runtime.inline import Hands


def begin(hands: Hands, event: RoundBegun) -> None:
    """Outputs of the former round are seen by nobody any more, in this turn already."""
    loop, plan = hands.snapshot.runs[event.run], hands.compiled.plan
    for node in plan.inside(plan.nodes[loop.node]):
        hands.store.forget(node.id, loop.path)
    dropped = set(event.dropped)
    hands.meter.forget(dropped)
    for item in [item for item in hands.left.outputs if item.task_run_id in dropped]:
        hands.left.outputs.remove(item)
        hands.meter.take_bytes(-size_of(item.value), limited=False)
    number = hands.snapshot.scope_of(loop.id).round + 1
    hands.put_outputs(loop, {"iterationCount": number}, limited=False)
