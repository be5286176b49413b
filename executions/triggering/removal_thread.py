"""The thread of a scheduler that empties tenants which were deleted.

A large tenant takes seconds for each batch, and one that is empty is looked at until nobody can be
on the way to it any more: timers and schedules must not wait for that.
"""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.db import Error, connections

from tenants import facade as tenants

log = logging.getLogger(__name__)


class RemovalThread:
    """Goes on with every deletion until it is stopped."""

    def __init__(self, every: timedelta) -> None:
        self._every = every.total_seconds()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="removals", daemon=True)

    def start(self) -> None:
        """Begins to look."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the round that runs."""
        self._stopped.set()

    def join(self) -> None:
        """Waits for the end."""
        self._thread.join(timeout=10)

    def _work(self) -> None:
        while not self._stopped.wait(self._every):
            try:
                tenants.continue_removals()
            except Error as problem:
                log.warning("the database did not answer: %s", problem)
                connections.close_all()
            except Exception:
                log.exception("a deleted tenant could not be emptied; it goes on")
        connections.close_all()
