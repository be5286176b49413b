"""One supervisor per home: a lock that the system releases when its holder dies."""

from __future__ import annotations

import fcntl
import os

from downbeat.embedded.errors import AlreadyRunning
from downbeat.embedded.home import Home


class HomeLock:
    """Held from its making until `release`, or until the process is gone."""

    def __init__(self, home: Home) -> None:
        self._file = (home.run / "lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise AlreadyRunning(pid=holder, home=home.root) from None
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Lets the next one in; the file stays, removing it would let two in."""
        self._file.close()
