"""Moments in properties: ISO dates and times with a zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def _aware(found: datetime) -> datetime:
    """Without a zone, a moment is meant in UTC."""
    return found if found.tzinfo else found.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_aware)]


def wire(moment: datetime | None) -> str | None:
    """A moment as it travels to the platform."""
    return None if moment is None else moment.isoformat()
