"""A supervised instance under test: started, watched and always stopped."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0
NAMES = ("web", "worker", "scheduler", "task")
HERE = Path(__file__).parent


@dataclass
class Instance:
    """One home, and the supervisor that runs it."""

    home: Path
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Starts the supervisor and waits until the web stand-in answers."""
        self.launch()
        eventually(lambda: self.is_announced and self._all_have_started(), self.complaint)

    def launch(self) -> subprocess.Popen[str]:
        """Starts the supervisor without waiting."""
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "run_up.py"), str(self.home), str(self.port)],
            env={**os.environ, **self.environment},
            stdout=(self.home.parent / f"{self.home.name}.out").open("w"),
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return self.process

    def _all_have_started(self) -> bool:
        """Whether each stand-in, and the worker's task, runs (or has been told to fail)."""
        return len(self.everything()) == len(NAMES)

    @property
    def is_announced(self) -> bool:
        """Whether it has said that it is ready."""
        assert self.process
        return "is ready" in self.printed and self.process.poll() is None

    @property
    def printed(self) -> str:
        """What the supervisor has printed."""
        return (self.home.parent / f"{self.home.name}.out").read_text(encoding="utf-8")

    def complaint(self) -> str:
        """What to show when it does not become ready."""
        return self.printed

    def answers(self) -> bool:
        """Whether the web stand-in answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read() == b"ok"
        except OSError:
            return False
        finally:
            connection.close()

    def pids(self, name: str) -> list[int]:
        """Process ids that a stand-in has written, the oldest first."""
        lines = (self.home / "started").read_text(encoding="utf-8").splitlines()
        return [int(line.split()[1]) for line in lines if line.split()[0] == name]

    def postgres_pid(self) -> int:
        """The process id of the server."""
        from downbeat.embedded import rooms
        from downbeat.embedded.home import Home

        room = rooms.recorded_data_room(Home(self.home))
        assert room
        return int((room / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])

    def everything(self) -> list[int]:
        """The process ids of all that has ever been started and now runs."""
        found = [pid for name in NAMES for pid in self.pids(name)]
        return [pid for pid in found if is_alive(pid)]

    def stop(self, sign: signal.Signals = signal.SIGINT) -> int:
        """Stops the supervisor and gives its exit status."""
        assert self.process
        if self.process.poll() is None:
            os.kill(self.process.pid, sign)
        return self.process.wait(PATIENCE)


def eventually(holds: Callable[[], bool], complaint: Callable[[], str] = lambda: "") -> None:
    """Waits until something holds."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, complaint()
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
