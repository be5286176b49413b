"""Slows guessing down: who has failed a few times has to wait, twice as long each time.

Failures count for the account at one address, for the account at all addresses, and for one
address at all accounts: so neither one account nor many can be tried quickly, from one place or
from many. Somebody who mistypes a few times waits for nothing. Counted in the memory of each web
process: a restart forgives, and no row is written for a guess.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rest_framework.exceptions import Throttled

FORGIVEN_SECONDS: Final = 900.0
REMEMBERED: Final = 50_000


@dataclass(frozen=True)
class Limit:
    """How many failures are free, and the longest wait after the others."""

    free: int
    longest: float

    def wait(self, failures: int) -> float:
        """Seconds from the last failure until the next try."""
        over = failures - self.free
        return 0.0 if over < 0 else min(self.longest, 5.0 * 2.0 ** min(over, 10))


# Whoever knows the address of an account could lock its owner out with the second limit, so its
# waits are short; they still make a password's search take centuries.
HERE: Final = Limit(free=10, longest=300.0)
ANYWHERE: Final = Limit(free=50, longest=60.0)
ADDRESS: Final = Limit(free=100, longest=300.0)

_lock = threading.Lock()
_failures: dict[tuple[str, str], tuple[int, float]] = {}


def refuse_if_blocked(email: str, address: str) -> None:
    """Raises Throttled (429) with the seconds to wait, while a wait is on."""
    moment = time.monotonic()
    with _lock:
        left = max(_left(key, limit, moment) for key, limit in _counted(email, address))
    if left > 0:
        raise Throttled(wait=left, detail="Too many failures.")


def failed(email: str, address: str) -> None:
    """Counts one failure."""
    moment = time.monotonic()
    with _lock:
        if len(_failures) >= REMEMBERED:
            _failures.clear()
        for key, _ in _counted(email, address):
            _failures[key] = _count(key, moment) + 1, moment


def succeeded(email: str, address: str) -> None:
    """Forgives the account here; elsewhere somebody may still be guessing."""
    with _lock:
        _failures.pop((email.lower(), address), None)


def _counted(email: str, address: str) -> Iterator[tuple[tuple[str, str], Limit]]:
    yield (email.lower(), address), HERE
    yield (email.lower(), ""), ANYWHERE
    if address:
        yield ("", address), ADDRESS


def _count(key: tuple[str, str], moment: float) -> int:
    count, last = _failures.get(key, (0, 0.0))
    return count if moment - last < FORGIVEN_SECONDS else 0


def _left(key: tuple[str, str], limit: Limit, moment: float) -> float:
    count = _count(key, moment)
    return limit.wait(count) - (moment - _failures[key][1]) if count else 0.0
