"""A failed try is repeated when its policy says so: the task's own, its group's, or the flow's.

A lost worker is no fault of the task: the try is repeated at once, but a task that has lost three
workers is taken to be the cause.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from executions.engine.commands import Command, WakeAt
from executions.engine.plan import Kind, Node
from executions.engine.rules import starting
from executions.engine.state import Execution, Reason, Run
from flows.spec.retry import RetryAt, next_attempt

MOST_LOSSES: Final = 3
TIMER: Final = "retry"
NEW_EXECUTION: Final = "new_execution"
RETRY_AT: Final = "retryAt"
FIRST_STARTED: Final = "firstStartedAt"


def try_again(node: Node, run: Run, execution: Execution, now: datetime) -> Iterator[Command]:
    """The next try, once its moment has come."""
    if run.live_attempt or execution.held:
        return
    if run.run_after is not None and run.run_after > now:
        yield WakeAt(run.id, TIMER, run.run_after)
        return
    yield from starting.begin(node, run)


def survives_loss(node: Node, run: Run) -> bool:
    """Whether a lost worker is made up for by another try."""
    return node.task.on_worker_lost == "RETRY" and run.lost < MOST_LOSSES


def next_try(node: Node, run: Run, now: datetime) -> datetime | None:
    """When the failed run is tried again; None if it is not."""
    if node.retry is None or run.outcome is None or node.kind is Kind.GROUP:
        return None
    if run.outcome.reason in (Reason.RUN_IF, Reason.WORKER_LOST):
        return None
    started = run.first_try_at or now
    # What ran within this turn began and ended after the moment that the turn is counted from.
    now = max([now, *(one.ended_at for one in run.tries[-1:])])
    return _due(node, run.attempts - run.lost, started, now, seed=f"{run.id}/{run.attempts}")


def next_execution(node: Node, execution: Execution, now: datetime) -> datetime | None:
    """When the whole flow is tried again in a new execution; None if it is not."""
    first = execution.facts.get(FIRST_STARTED)
    started = datetime.fromisoformat(first) if first else execution.created_at or now
    seed = f"{execution.id}/{execution.attempt_number}"
    return _due(node, execution.attempt_number, started, now, seed=seed)


def _due(
    node: Node, attempts: int, started: datetime, now: datetime, *, seed: str
) -> datetime | None:
    if node.retry is None:
        return None
    answer = next_attempt(
        node.retry, attempts=attempts, first_started=started, now=now, draw=_draw(seed)
    )
    return answer.when if isinstance(answer, RetryAt) else None


def _draw(seed: str) -> float:
    """A number in [0, 1) that looks random and is the same in every replay."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:6]) / 2**48
