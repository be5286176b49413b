"""The processes under supervision: when each may start, and how soon after a death.

Pure bookkeeping: `now` and how to launch are arguments, nothing sleeps.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from downbeat.embedded.forking import Forked
from downbeat.embedded.spawn import Start

Process = subprocess.Popen[bytes] | Forked

LONGEST_PAUSE = 15.0
FIRST_PAUSE = 0.25
HEALTHY_AFTER = 10.0
SETTLED_AFTER = 3.0
HOPELESS_AFTER = 5


def pause_before_restart(quick_deaths: int) -> float:
    """Seconds to wait: nothing after a healthy life, doubling while a child dies at once."""
    if quick_deaths == 0:
        return 0.0
    return min(FIRST_PAUSE * 2.0 ** (quick_deaths - 1), LONGEST_PAUSE)


@dataclass
class Child:
    """One supervised process, across its restarts."""

    name: str
    start_of: Callable[[], Start]
    stop_by: signal.Signals = signal.SIGTERM
    process: Process | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    quick_deaths: int = 0
    last_status: int = 0
    log: Path | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self.process.pid if self.process else None

    @property
    def is_hopeless(self) -> bool:
        """Whether it has died at once again and again."""
        return self.quick_deaths >= HOPELESS_AFTER

    def is_settled(self, now: float) -> bool:
        """Whether it runs, and has not just come back from a death."""
        return self.process is not None and (
            self.quick_deaths == 0 or now - self.started_at >= SETTLED_AFTER
        )

    def begin(self, now: float, launch: Callable[[Start], Process]) -> None:
        """Starts it."""
        start = self.start_of()
        self.log = start.log
        self.process = launch(start)
        self.started_at = now

    def died(self, status: int, now: float) -> None:
        """Notes its end, and when to start it again."""
        if self.process:
            self.process.returncode = status
        self.process = None
        self.last_status = status
        healthy = now - self.started_at >= HEALTHY_AFTER
        self.quick_deaths = 0 if healthy else self.quick_deaths + 1
        self.due_at = now + pause_before_restart(self.quick_deaths)
