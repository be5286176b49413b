"""The thread of a scheduler that sends audit trails to their receivers.

A receiver may take its time: it holds up other receivers of this process for as long as a request
may last, and nothing else. Any number of schedulers may send, each for streams no other holds.
"""

from __future__ import annotations

import logging
import threading
from typing import Final

from django.db import Error, connections

from tenants import facade as tenants

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 1.0


class AuditThread:
    """Sends until it is stopped."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="audit-streams", daemon=True)

    def start(self) -> None:
        """Begins to send."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the batch that is being sent."""
        self._stopped.set()

    def join(self) -> None:
        """Waits for the end."""
        self._thread.join(timeout=10)

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                more = tenants.deliver_audit()
            except Error as problem:
                log.warning("the database did not answer: %s", problem)
                connections.close_all()
                more = False
            except Exception:
                log.exception("the sender of audit trails met an error; it goes on")
                more = False
            if not more:
                self._stopped.wait(IDLE_SECONDS)
        connections.close_all()
