"""The time of the shell. Pure code is handed `now`; SQL decides by the database's clock."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


def wire(moment: datetime) -> str:
    """A moment as it stands in every JSON of ours: six decimals, UTC, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
