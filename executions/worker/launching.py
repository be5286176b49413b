"""The port between a supervisor and the ways to start a task process."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

_MEMORY = 5.0


class Flavour(StrEnum):
    """Which warm parent a task process comes from."""

    TASK = "task"
    SCRIPT = "script"
    DATA = "data"
    """The script environment with pandas and pyarrow imported."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The task process that a job needs."""

    flavour: Flavour
    folders: tuple[str, ...] = ()
    """Folders of the host that must be reachable."""


class LaunchRefused(Exception):
    """No task process may or can be started here; the message says what the operator can do."""


@dataclass(slots=True, eq=False)
class TaskProcess:
    """A process that waits for its only job; its owner must call ``finish`` in any case.

    ``exited`` becomes readable when the process has ended; then ``code`` is its exit code, or
    ``None`` when nobody saw it end.
    """

    pid: int
    control: socket.socket
    stdout: int
    stderr: int
    workdir: Path
    order: Callable[[str], None]
    on_finish: Callable[[TaskProcess], None]
    exited: int = field(default_factory=lambda: os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC))
    code: int | None = None
    cpu_seconds: float = 0.0
    peak_kilobytes: int = 0
    given_back: bool = False
    _gone: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: bool = True

    def terminate(self) -> None:
        """Asks it, and all that it started, to end."""
        self.order("terminate")

    def kill(self) -> None:
        """Ends it and all that it started."""
        self.order("kill")

    def note_exit(self, code: int | None, cpu: float = 0.0, peak: int = 0) -> None:
        """Called by the launcher when the process has ended."""
        self.code, self.cpu_seconds, self.peak_kilobytes = code, cpu, peak
        with self._lock:
            self._gone.set()
            if self._open:
                os.eventfd_write(self.exited, 1)

    def shut(self) -> None:
        """Closes what the worker holds of the process; its end may still be noted afterwards."""
        with self._lock:
            if not self._open:
                return
            self._open = False
        self.control.close()
        for fd in (self.stdout, self.stderr, self.exited):
            os.close(fd)

    @property
    def gone(self) -> bool:
        """Whether the process has ended."""
        return self._gone.is_set()

    def wait(self, seconds: float) -> bool:
        """Whether the process ended within a time."""
        return self._gone.wait(seconds)

    def finish(self) -> None:
        """Gives everything back; what still runs is killed soon, the directory is removed."""
        self.on_finish(self)


class Launcher(Protocol):
    """Hands out task processes; all methods may be called from several threads."""

    def take(self, wanted: Wanted) -> TaskProcess:
        """A process that waits for a job; raises ``LaunchRefused``."""

    def warm(self, flavour: Flavour) -> None:
        """Prepares so that the next ``take`` of a flavour is quick."""

    def close(self) -> None:
        """Ends every process that the launcher holds."""


def remembered(question: Callable[[], bool]) -> Callable[[], bool]:
    """The answer to a question that costs a query, asked at most every few seconds."""
    lock = threading.Lock()
    asked_at, answer = float("-inf"), False

    def ask() -> bool:
        nonlocal asked_at, answer
        with lock:
            if time.monotonic() - asked_at > _MEMORY:
                answer, asked_at = question(), time.monotonic()
            return answer

    return ask
