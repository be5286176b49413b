"""A repetition runs its tasks until a condition holds, with a pause between the rounds.

The condition is rendered after each round. Beyond the most rounds or the longest time it ends, as
FAILED if the task says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from executions.engine.commands import (
    BeginRound,
    Command,
    EndRound,
    Move,
    Render,
    WakeAt,
)
from executions.engine.plan import Node, Plan
from executions.engine.rules import outcome, walking
from executions.engine.state import Ask, Run, Scope, State

TIMER: Final = "round"


def repeat(
    plan: Plan, node: Node, run: Run, scope: Scope, now: datetime, *, held: bool
) -> Iterator[Command]:
    """What lies between two rounds; nothing while a round runs, or when there is no next one."""
    if scope.live or outcome.stopped(scope) or walking.walk(plan, node, run.id, scope):
        return
    if run.outcome is not None:
        yield Move(run.id, run.state, verdict=run.outcome.ending)
        return
    if scope.wake is not None:
        if scope.wake > now:
            yield WakeAt(run.id, TIMER, scope.wake)
        elif not held:
            yield BeginRound(run.id)
        return
    answer = run.facts.get(Ask.UNTIL)
    if answer is None or answer["round"] != scope.round:
        yield Render(run.id, Ask.UNTIL)
    elif not answer["done"] and not exhausted(run, scope, answer, now):
        yield EndRound(run.id, now + timedelta(seconds=answer["interval"]))
    elif not answer["done"] and answer["failOnMax"]:
        yield Move(run.id, run.state, verdict=State.FAILED)


def exhausted(run: Run, scope: Scope, answer: Mapping[str, Any], now: datetime) -> bool:
    """Whether there were rounds enough, or time."""
    most, longest = answer.get("maxIterations"), answer.get("maxDuration")
    if most is not None and scope.round >= most:
        return True
    if longest is None or scope.since is None:
        return False
    return now - scope.since >= timedelta(seconds=longest)
