"""Waits that hold no worker: a pause until it is resumed, a sleep, the end of a child execution.

A sleep and the wait for a child are over, as FAILED, when the task's ``timeout`` is. A pause has a
``timeout`` with a meaning of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from downbeat.sdk.fields import format_duration
from downbeat.sdk.shapes import Hold
from executions.engine.commands import Command, EndTry, KillChild, Move, WakeAt
from executions.engine.plan import Kind, Node
from executions.engine.rules.waits import due_at
from executions.engine.state import Ask, Reason, Run, State

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
    elif node.kind is Kind.CHILD:
        yield from _child(run, now)
    elif isinstance(node.shape, Hold):
        yield from _paused(node.shape, run, now)


def _sleep(run: Run, now: datetime) -> Iterator[Command]:
    due = due_at(run, run.facts[Ask.DELAY], State.RUNNING)
    limit = _limit(run)
    if limit is not None and limit < due:
        yield WakeAt(run.id, TIMER, limit) if limit > now else _timed_out(run)
    elif due > now:
        yield WakeAt(run.id, TIMER, due)
    else:
        yield EndTry(run.id, State.SUCCESS)


def _child(run: Run, now: datetime) -> Iterator[Command]:
    """The task does not wait for the child's end: a child that is slow to stop is late already."""
    limit = _limit(run)
    if limit is None or run.child is None:
        return
    if limit > now:
        yield WakeAt(run.id, TIMER, limit)
    else:
        yield KillChild(run.id)
        yield _timed_out(run)


def _limit(run: Run) -> datetime | None:
    seconds = run.facts.get(Ask.TIMEOUT)
    return None if seconds is None else due_at(run, seconds, State.RUNNING)


def _timed_out(run: Run) -> EndTry:
    length = format_duration(timedelta(seconds=run.facts[Ask.TIMEOUT]))
    message = f"Timeout: the task ran longer than {length}"
    return EndTry(run.id, State.FAILED, Reason.TIMEOUT, message)


def _paused(shape: Hold, run: Run, now: datetime) -> Iterator[Command]:
    if run.run_after is None:
        return
    if run.run_after > now:
        yield WakeAt(run.id, TIMER, run.run_after)
    elif run.facts[Ask.HOLD].get("delay") is not None:
        yield Move(run.id, State.RUNNING, verdict=ENDINGS[shape.behavior])
    else:
        yield Move(run.id, State.RUNNING, verdict=State.FAILED)
