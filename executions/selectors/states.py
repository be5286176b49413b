"""States as people see them: which end, and what a history says about time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from downbeat.common import clock

TERMINAL: Final = frozenset(
    {"SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED"}
)
LIVE: Final = frozenset(
    {"CREATED", "QUEUED", "RUNNING", "PAUSED", "RETRYING", "RESTARTED", "KILLING"}
)
ALL: Final = TERMINAL | LIVE


class Moment(NamedTuple):
    """One entry of a history; an answer may hold a hundred thousand, and tuples are made quickest."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StateView:
    """A current state with the way that led to it."""

    current: str
    history: tuple[Moment, ...]

    @property
    def started_at(self) -> datetime:
        """When the first state began."""
        return self.history[0].at

    @property
    def ended_at(self) -> datetime | None:
        """When the terminal state began; None while it is live."""
        return self.history[-1].at if self.current in TERMINAL else None


def state_view(current: str, stored: Sequence[Mapping[str, Any]], since: datetime) -> StateView:
    """A stored history read back; an empty one begins at ``since``."""
    history = tuple(Moment(str(item["state"]), instant(item["date"])) for item in stored)
    return StateView(current, history or (Moment(current, since),))


def instant(text: str | datetime) -> datetime:
    """A stored date, aware, in UTC."""
    moment = datetime.fromisoformat(text) if isinstance(text, str) else text
    if moment.tzinfo is UTC:
        return moment
    return clock.as_utc(moment) if moment.tzinfo else moment.replace(tzinfo=UTC)
