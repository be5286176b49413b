"""How often one address may begin a sign-in: enough for an office, too little for a flood."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Final

ALLOWED: Final = 300
WINDOW_SECONDS: Final = 60.0
REMEMBERED: Final = 10_000

_lock = threading.Lock()
_begun: dict[str, deque[float]] = {}


def too_many(address: str) -> bool:
    """Counts one beginning, and says whether there were too many; per web process, in memory."""
    moment = time.monotonic()
    with _lock:
        if len(_begun) >= REMEMBERED:
            _begun.clear()
        times = _begun.setdefault(address, deque())
        while times and moment - times[0] > WINDOW_SECONDS:
            times.popleft()
        times.append(moment)
        if len(times) > ALLOWED:
            times.popleft()
            return True
    return False
