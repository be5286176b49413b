"""Tasks after the execution: listeners, then ``afterExecution``; none changes its state.

The tasks of a listener run if its conditions hold for the final state, which is asked once. A
failing task stops none of those after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from executions.engine.commands import Command, CreateRun, Enter, Render
from executions.engine.plan import Plan
from executions.engine.state import Ask, Execution, Phase, State

BRANCH: Final = "after"


def afterwards(plan: Plan, it: Execution) -> Iterator[Command]:
    """What runs once the state is final; nothing for an execution that starts anew."""
    if not plan.branch(None, BRANCH) or it.state is State.RETRIED:
        return
    match it.scope.phase:
        case Phase.CLOSED:
            return
        case Phase.AFTER:
            yield from _next(plan, it)
        case _ if plan.listeners and Ask.LISTENERS not in it.facts:
            yield Render(None, Ask.LISTENERS)
        case _:
            yield Enter(None, Phase.AFTER)


def _next(plan: Plan, it: Execution) -> Iterator[Command]:
    if it.scope.live:
        return
    silent = _silent(plan, it)
    for node in plan.branch(None, BRANCH)[it.scope.cursor :]:
        if node not in silent:
            yield CreateRun(None, node)
            return
    yield Enter(None, Phase.CLOSED)


def _silent(plan: Plan, it: Execution) -> frozenset[int]:
    """The tasks of listeners whose conditions do not hold."""
    heard = it.facts.get(Ask.LISTENERS, ())
    return frozenset(
        node for place, nodes in enumerate(plan.listeners) if place not in heard for node in nodes
    )
