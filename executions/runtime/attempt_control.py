"""How a supervising thread learns that its attempt must stop."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

from executions.worker.work import AttemptKey

_ONE = (1).to_bytes(8, "little")


class AttemptControl:
    """The stop switch of one running attempt; thrown once, seen by thread and by select loop."""

    def __init__(self, key: AttemptKey, scratch: Path) -> None:
        self.key = key
        self.lost = False
        self._scratch = scratch
        self._lock = threading.Lock()
        self._stopped = False
        self._waiting: list[int] = []

    def kill(self, *, lost: bool = False) -> None:
        """Throws the switch; ``lost`` says that the lease is over and no result is wanted."""
        with self._lock:
            self.lost = self.lost or lost
            if self._stopped:
                return
            self._stopped = True
            for fd in self._waiting:
                _wake(fd)

    def killed(self) -> bool:
        """Whether the attempt was asked to stop, or its lease is lost."""
        return self._stopped

    def on_kill(self, fd: int) -> None:
        """Makes ``fd`` readable when the attempt is to stop; at once if it is already."""
        with self._lock:
            if self._stopped:
                _wake(fd)
            else:
                self._waiting.append(fd)

    def scratch(self) -> Path:
        """The folder of this worker for working directories."""
        return self._scratch

    def finish(self) -> None:
        """Forgets the descriptors: after the end their numbers belong to somebody else."""
        with self._lock:
            self._waiting.clear()
            self._stopped = True


def _wake(fd: int) -> None:
    # Eight bytes suit an eventfd and a pipe alike; a closed descriptor has nobody waiting.
    with suppress(OSError):
        os.write(fd, _ONE)
