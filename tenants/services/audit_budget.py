"""How many refusals a minute are stored: a flood of guesses must not fill the table or slow others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

PER_MINUTE: Final = 600


class Allowance:
    """A number of entries a minute; those beyond it are counted for the next that is stored."""

    def __init__(self, most: int, moment: Callable[[], float] = time.monotonic) -> None:
        self._most, self._moment = most, moment
        self._lock = threading.Lock()
        self._since, self._used, self._suppressed = moment(), 0, 0

    def take(self) -> tuple[bool, int]:
        """Whether one may be stored now, and how many were not since the last one that was."""
        with self._lock:
            now = self._moment()
            if now - self._since >= 60:
                self._since, self._used = now, 0
            if self._used >= self._most:
                self._suppressed += 1
                return False, 0
            self._used += 1
            suppressed, self._suppressed = self._suppressed, 0
            return True, suppressed


allowance = Allowance(PER_MINUTE)
HOUR: Final = 3600.0
REMEMBERED: Final = 10_000
_told: dict[tuple[object, ...], float] = {}


def once_in_a_while(*what: object) -> bool:
    """Whether that was not said by this process within the hour."""
    now = time.monotonic()
    if now - _told.get(what, -HOUR) < HOUR:
        return False
    if len(_told) >= REMEMBERED:
        _told.clear()
    _told[what] = now
    return True
