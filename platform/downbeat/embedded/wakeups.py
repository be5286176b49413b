"""Signals as something to wait for: one pipe that wakes the supervisor, and what it was about."""

from __future__ import annotations

import select
import signal
import socket
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Wakeups:
    """Counts requests to stop, and ends a wait as soon as any signal arrives."""

    def __init__(self) -> None:
        self.stops = 0
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for sign in STOPPING:
            signal.signal(sign, self._stop)
        signal.signal(signal.SIGCHLD, _note)

    def wait(self, seconds: float | None) -> None:
        """Sleeps until a signal arrives or the time is over."""
        select.select([self._reader], [], [], seconds)
        try:
            while self._reader.recv(4096):
                pass
        except BlockingIOError:
            return

    def _stop(self, _sign: int, _frame: FrameType | None) -> None:
        self.stops += 1


def _note(_sign: int, _frame: FrameType | None) -> None:
    """The wake-up byte says it all; without a handler the byte would not be written."""
