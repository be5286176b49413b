"""Moments that follow from a history and a rendered length of time."""

from __future__ import annotations

from datetime import datetime, timedelta

from executions.engine.state import Run, State


def due_at(run: Run, seconds: float, state: State) -> datetime:
    """The moment so many seconds after the run last entered a state."""
    began = next(moment.at for moment in reversed(run.history) if moment.state is state)
    return began + timedelta(seconds=seconds)
