"""The thread of a scheduler that gives work to remote workers, soon after it is there."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final
from uuid import UUID

from django.db import Error, connections

from downbeat.common import notify
from executions.engine.sharing import Share
from executions.runtime import assignment, queues
from executions.runtime.identity import Rhythm

log = logging.getLogger(__name__)

DATABASE_PAUSE: Final = 0.5
EVERYTHING: Final = "*"
"""Stands for all queues: no key may be called so."""


class AssignmentThread:
    """Looks at once for a queue that was named, and from time to time for all of them."""

    def __init__(self, pace: Rhythm) -> None:
        self._pace = pace
        self._stopped = threading.Event()
        self._changed = threading.Condition(threading.Lock())
        self._queues: set[str] = set()
        self._look_at = 0.0
        self._shares: dict[str, Share[UUID]] = {}
        self._ears = threading.Thread(target=self._listen, name="assignment-bell", daemon=True)
        self._thread = threading.Thread(target=self._work, name="assignment", daemon=True)

    def start(self) -> None:
        """Begins to listen and to look."""
        self._ears.start()
        self._thread.start()

    def stop(self) -> None:
        """Ends after the round that runs."""
        self._stopped.set()
        self.ring(EVERYTHING)
        self._thread.join(timeout=10)

    def ring(self, queue: str) -> None:
        """Asks for a look at one queue."""
        with self._changed:
            self._queues.add(queue)
            self._changed.notify()

    def _listen(self) -> None:
        notify.listen(
            [queues.CHANNEL],
            lambda _channel, queue: self.ring(queue),
            stop=self._stopped,
            connected=lambda: self.ring(EVERYTHING),
        )

    def _work(self) -> None:
        while not self._stopped.is_set():
            rung = self._rung(max(0.0, self._look_at - time.monotonic()))
            try:
                self._round(rung)
            except Error as problem:
                log.warning("the database did not answer: %s", problem)
                connections.close_all()
                self._look_at = time.monotonic() + DATABASE_PAUSE
            except Exception:
                log.exception("work could not be given to remote workers; it goes on")
                self._look_at = time.monotonic() + DATABASE_PAUSE
        connections.close_all()

    def _round(self, rung: set[str]) -> None:
        now, longest = time.monotonic(), self._pace.poll.total_seconds()
        if EVERYTHING in rung or now >= self._look_at:
            due = assignment.assign(self._pace, shares=self._shares)
            self._look_at = now + (longest if due is None else min(longest, max(0.02, due)))
            return
        for queue in rung:
            assignment.assign(self._pace, queue=queue, shares=self._shares)

    def _rung(self, timeout: float) -> set[str]:
        with self._changed:
            if not self._queues:
                self._changed.wait(timeout)
            found, self._queues = self._queues, set()
        return found
