"""Waits that hold no worker: a pause until somebody resumes it, a sleep until its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from downbeat.sdk.shapes import Hold
from executions.engine.commands import Command, EndTry, Move, WakeAt
from executions.engine.plan import Kind, Node
from executions.engine.rules.waits import due_at
from executions.engine.state import Ask, Run, State

TIMER: Final = "wait"
ENDINGS: Final = {
    "RESUME": None,
    "WARN": State.WARNING,
    "FAIL": State.FAILED,
    "CANCEL": State.CANCELLED,
}


def wait(node: Node, run: Run, now: datetime) -> Iterator[Command]:
    """What a waiting run does: go on waiting, or end its wait."""
    if node.kind is Kind.DELAY:
        yield from _sleep(run, now)
    elif isinstance(node.shape, Hold):
        yield from _paused(node.shape, run, now)


def _sleep(run: Run, now: datetime) -> Iterator[Command]:
    due = due_at(run, run.facts[Ask.DELAY], State.RUNNING)
    if due > now:
        yield WakeAt(run.id, TIMER, due)
    else:
        yield EndTry(run.id, State.SUCCESS)


def _paused(shape: Hold, run: Run, now: datetime) -> Iterator[Command]:
    if run.run_after is None:
        return
    if run.run_after > now:
        yield WakeAt(run.id, TIMER, run.run_after)
    elif run.facts[Ask.HOLD].get("delay") is not None:
        yield Move(run.id, State.RUNNING, verdict=ENDINGS[shape.behavior])
    else:
        yield Move(run.id, State.RUNNING, verdict=State.FAILED)
