"""The clock and the dice of a worker, as expressions ask for them."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime


class ClockAndChance:
    """What differs every time one asks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def random(self) -> float:
        return random.random()

    def new_id(self) -> str:
        return str(uuid.uuid4())
