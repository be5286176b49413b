"""Finds and ends whole trees of processes, also those that left their group, session or parent."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable

_BUDGET = 1.5


def parents() -> dict[int, int]:
    """The parent of every process that is alive."""
    found: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as facts:
                state, parent = facts.read().rpartition(b")")[2].split()[:2]
        except OSError:
            continue
        if state not in (b"Z", b"X"):
            found[int(name)] = int(parent)
    return found


def children(of: int) -> list[int]:
    """The living children of a process."""
    return [pid for pid, parent in parents().items() if parent == of]


def descendants(of: int) -> list[int]:
    """The living descendants of a process, nearest first."""
    below: dict[int, list[int]] = {}
    for pid, parent in parents().items():
        below.setdefault(parent, []).append(pid)
    found: list[int] = []
    level = below.get(of, [])
    while level:
        found += level
        level = [child for pid in level for child in below.get(pid, ())]
    return found


def kill_tree(root: int) -> None:
    """Ends a process and everything below it.

    All are stopped before the first is killed: a process that forks faster than it is found would
    otherwise always leave somebody behind.
    """
    deadline = time.monotonic() + _BUDGET
    send(signal.SIGSTOP, (root,))
    stopped: set[int] = set()
    while time.monotonic() < deadline:
        found = [pid for pid in descendants(root) if pid not in stopped]
        if not found:
            break
        send(signal.SIGSTOP, found)
        stopped.update(found)
    send(signal.SIGKILL, (*stopped, root))


def terminate(leader: int, *, sandboxed: bool) -> None:
    """Asks a task to end. The two guards of a sandbox are spared: their end is the end of all."""
    if not sandboxed:
        try:
            os.killpg(leader, signal.SIGTERM)
        except OSError:
            pass
        return
    send(signal.SIGTERM, descendants(leader)[1:])


def send(number: signal.Signals, to: Iterable[int]) -> None:
    """Sends a signal to processes, some of which may be gone."""
    for pid in to:
        try:
            os.kill(pid, number)
        except OSError:
            continue
