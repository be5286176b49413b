"""PostgreSQL's pid file: whether a server is ready, and how to get rid of a left-over one."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

READY = "ready"
STATUS_LINE = 7
PATIENCE = 20.0


@dataclass(frozen=True)
class PidFile:
    """`postmaster.pid` of a data folder."""

    path: Path

    @classmethod
    def of(cls, data: Path) -> PidFile:
        """The pid file of that data folder."""
        return cls(data / "postmaster.pid")

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []

    @property
    def pid(self) -> int | None:
        """The process id it names."""
        lines = self._lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def is_ready(self, pid: int) -> bool:
        """Whether the server with that process id accepts connections."""
        lines = self._lines()
        if len(lines) <= STATUS_LINE or self.pid != pid:
            return False
        return lines[STATUS_LINE].strip() == READY


def clear_leftover(data: Path) -> None:
    """Ends a server that outlived its supervisor, and removes a pid file that names a stranger.

    After a crash the number in the file may belong to any program: only a process that runs
    PostgreSQL on this very folder is signalled.
    """
    pid_file = PidFile.of(data)
    pid = pid_file.pid
    if pid is None:
        return
    if not _serves(pid, data):
        pid_file.path.unlink(missing_ok=True)
        return
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        if _gone(pid, data, PATIENCE):
            return


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL whose working folder is that data folder."""
    try:
        program = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
        return program == "postgres" and Path(f"/proc/{pid}/cwd").readlink() == data.resolve()
    except OSError:
        return False


def _gone(pid: int, data: Path, patience: float) -> bool:
    until = time.monotonic() + patience
    while _serves(pid, data):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
