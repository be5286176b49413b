"""A reason why something waits, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that something waits for; ``blocker`` names who or what could end the wait."""

    code: str
    message: str
    task_run_id: UUID | None = None
    blocker: str | None = None
    until: datetime | None = None
