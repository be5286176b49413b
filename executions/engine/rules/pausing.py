"""A pause holds its own branch until somebody resumes it or its time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from executions.engine.commands import Command, Move
from executions.engine.state import Ask, Run, State


def must_wait(run: Run) -> bool:
    """Whether the pause has not been held since the run was (last) taken up."""
    for moment in reversed(run.history):
        if moment.state is State.PAUSED:
            return False
        if moment.state in (State.CREATED, State.RESTARTED):
            return True
    return True


def pause(run: Run, now: datetime) -> Command:
    """The beginning of the pause, with the moment at which it ends by itself."""
    facts = run.facts[Ask.HOLD]
    seconds = facts["delay"] if facts.get("delay") is not None else facts.get("timeout")
    due = None if seconds is None else now + timedelta(seconds=seconds)
    return Move(run.id, State.PAUSED, due=due)
