"""Slows the guessing of passwords: after some failures, an address and its guesser have to wait.

Kept in the memory of each web process: a restart forgives, and no row is written for a guess.
"""

from __future__ import annotations

import threading
import time

from rest_framework.exceptions import Throttled

ALLOWED = 10
WINDOW_SECONDS = 300.0
REMEMBERED = 10_000

_lock = threading.Lock()
_failures: dict[tuple[str, str], list[float]] = {}


def refuse_if_blocked(email: str, address: str) -> None:
    """Raises Throttled (429) while too many failures are young."""
    moment = time.monotonic()
    with _lock:
        recent = _recent((email.lower(), address), moment)
    if len(recent) >= ALLOWED:
        raise Throttled(wait=WINDOW_SECONDS - (moment - recent[0]), detail="Too many failures.")


def failed(email: str, address: str) -> None:
    """Counts one failure."""
    key, moment = (email.lower(), address), time.monotonic()
    with _lock:
        if len(_failures) >= REMEMBERED:
            _failures.clear()
        _failures[key] = [*_recent(key, moment), moment]


def succeeded(email: str, address: str) -> None:
    """Forgives."""
    with _lock:
        _failures.pop((email.lower(), address), None)


def _recent(key: tuple[str, str], moment: float) -> list[float]:
    return [at for at in _failures.get(key, ()) if moment - at < WINDOW_SECONDS]
