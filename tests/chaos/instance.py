"""An instance to be maltreated: the embedded server with short leases, and its processes by role."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

from tests.bench.footprint import family
from tests.bench.server import Server, running

LEASE_SECONDS: Final = 2.0
FREEZE_SECONDS: Final = 2 * LEASE_SECONDS
SETTINGS: Final = {
    "DOWNBEAT_LAUNCHER": "process",
    "DOWNBEAT_ALLOW_PROCESS_LAUNCHER": "1",
    "DOWNBEAT_EGRESS": "open",
    "DOWNBEAT_LEASE_SECONDS": str(LEASE_SECONDS),
    "DOWNBEAT_HEARTBEAT_SECONDS": "0.5",
    "DOWNBEAT_SWEEP_SECONDS": "0.5",
    "DOWNBEAT_POLL_SECONDS": "0.2",
}
ROLES: Final = ("worker", "web", "scheduler", "postgres", "backend", "task", "zygote")
"""``backend`` is one process of PostgreSQL, after whose death the server recovers all by itself;
``task`` runs user code, and ``zygote`` is what such processes are forked from."""


@contextmanager
def instance(**settings: str) -> Iterator[Server]:
    """A server of quick reactions."""
    with running(**{**SETTINGS, **settings}) as server:
        yield server


class Supervised(Protocol):
    """A server whose supervisor is a process of ours."""

    @property
    def process(self) -> subprocess.Popen[bytes]: ...


def processes(server: Supervised, role: str) -> list[int]:
    """The processes that play a role now."""
    return [pid for pid in family(server.process.pid)[1:] if _role(pid) == role]


def kill(server: Supervised, role: str, dice: random.Random) -> int | None:
    """Kills one process of a role as by ``kill -9``; ``None`` if there is none."""
    found = processes(server, role)
    if not found:
        return None
    victim = dice.choice(sorted(found))
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        return None
    return victim


def freeze(server: Server, dice: random.Random) -> int | None:
    """Stops a worker for longer than its lease, and lets it go on as if nothing had happened.

    What its tasks did meanwhile is written too late, and has to be refused.
    """
    found = processes(server, "worker")
    if not found:
        return None
    victim = dice.choice(sorted(found))
    os.kill(victim, signal.SIGSTOP)
    time.sleep(FREEZE_SECONDS)
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGCONT)
    return victim


def _role(pid: int) -> str:
    title = _title(pid)
    if title.startswith("postgres: "):
        return "backend"
    words = title.split()
    if not words:
        return "gone"
    if words[0].endswith("/postgres"):
        return "postgres"
    if any(word.endswith("/zygote.py") for word in words):
        # A task process is a fork of its zygote, and shows the same title.
        return "task" if _title(_parent(pid)) == title else "zygote"
    return words[1] if words[0] == "downbeat" and len(words) > 1 else "other"


def _title(pid: int) -> str:
    try:
        content = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return content.replace(b"\0", b" ").decode(errors="replace").strip()


def _parent(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])
