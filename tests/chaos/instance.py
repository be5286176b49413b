"""An instance to be maltreated: the embedded server with short leases, and its processes by role."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.bench.footprint import family
from tests.bench.server import Server, running

LEASE_SECONDS: Final = 2.0
SETTINGS: Final = {
    "DOWNBEAT_LAUNCHER": "process",
    "DOWNBEAT_ALLOW_PROCESS_LAUNCHER": "1",
    "DOWNBEAT_LEASE_SECONDS": str(LEASE_SECONDS),
    "DOWNBEAT_HEARTBEAT_SECONDS": "0.5",
    "DOWNBEAT_SWEEP_SECONDS": "0.5",
    "DOWNBEAT_POLL_SECONDS": "0.2",
}
ROLES: Final = ("worker", "web", "scheduler", "postgres", "task")


@contextmanager
def instance(faultpoints: Path) -> Iterator[Server]:
    """The server; fault points are armed by files in that folder."""
    with running(**SETTINGS, DOWNBEAT_FAULTPOINTS=str(faultpoints)) as server:
        yield server


def processes(server: Server, role: str) -> list[int]:
    """The processes that play a role now."""
    return [pid for pid in family(server.process.pid)[1:] if _role(pid) == role]


def kill(server: Server, role: str, dice: random.Random) -> int | None:
    """Kills one process of a role as by ``kill -9``; ``None`` if there is none."""
    found = processes(server, role)
    if not found:
        return None
    # The postmaster is the eldest of its kind, and the one whose end matters.
    victim = min(found) if role == "postgres" else dice.choice(sorted(found))
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        return None
    return victim


def _role(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "gone"
    text = " ".join(words)
    if "postgres" in words[0]:
        return "postgres"
    if "worker/child" in text:
        return "task" if "zygote" not in text else "zygote"
    for role in ("worker", "web", "scheduler"):
        if role in words:
            return role
    return "other"
