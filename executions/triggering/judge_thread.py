"""The thread of a scheduler that judges what executions did for the triggers that listen.

It is rung when a turn has left events, and looks by itself as often as the sweeper: a bell may be
lost. A slow expression of one trigger delays other triggers, never the schedules and timers.
"""

from __future__ import annotations

import logging
import threading
from typing import Final

from django.conf import settings
from django.db import Error, connections

from executions.triggering import flow_events, listening

log = logging.getLogger(__name__)

DATABASE_PAUSE: Final = 0.5


class JudgeThread:
    """Judges until it is stopped; any number may work, each on triggers that no other holds."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._rung = threading.Event()
        self._thread = threading.Thread(target=self._work, name="triggers", daemon=True)

    def start(self) -> None:
        """Begins to judge."""
        self._thread.start()

    def ring(self) -> None:
        """Says that there may be something to judge."""
        self._rung.set()

    def stop(self) -> None:
        """Ends after the trigger that is being judged."""
        self._stopped.set()
        self._rung.set()

    def join(self) -> None:
        """Waits for the end."""
        self._thread.join(timeout=10)

    def _work(self) -> None:
        listening_again = False
        while not self._stopped.is_set():
            self._rung.clear()
            try:
                if not listening_again:
                    listening.listen_again()
                    listening_again = True
                nap = 0.0 if flow_events.judge_due() else self._nap()
            except Error as problem:
                log.warning("the database did not answer: %s", problem)
                connections.close_all()
                nap = DATABASE_PAUSE
            except Exception:
                log.exception("the judge of triggers met an error; it goes on")
                nap = DATABASE_PAUSE
            self._rung.wait(nap)
        connections.close_all()

    def _nap(self) -> float:
        seconds = flow_events.next_in()
        longest = settings.DOWNBEAT.sweep.total_seconds()
        return longest if seconds is None else max(0.02, min(seconds, longest))
