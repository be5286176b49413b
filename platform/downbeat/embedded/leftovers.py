"""Processes that a killed supervisor left behind: remembered by id and start time, and ended.

Children are told when their supervisor dies, so this finds something only where the system cannot
tell them. A process id alone may have been given to a stranger since; with its start time it is
unmistakable.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from downbeat.embedded.home import Home, read_facts, write_facts

START_TIME_FIELD = 19
RECORD = "processes.json"


def remember(home: Home, pids: Iterable[int]) -> None:
    """Writes down which processes are ours."""
    started = {str(pid): start for pid in pids if (start := start_time(pid)) is not None}
    write_facts(home.run / RECORD, {"boot": _boot(), "started": started})


def end(home: Home) -> list[int]:
    """Kills the remembered processes that still live, with their sessions."""
    facts = read_facts(home.run / RECORD)
    started = facts.get("started")
    if facts.get("boot") != _boot() or not isinstance(started, dict):
        return []
    alive = [int(pid) for pid, start in started.items() if start_time(int(pid)) == start]
    for pid in alive:
        kill_session(pid)
    return alive


def kill_session(pid: int) -> None:
    """Kills a session leader and all that is still in its process group."""
    for send in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            send(pid, signal.SIGKILL)


def children_of(pid: int) -> list[int]:
    """The direct children of a process."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in path.read_text(encoding="ascii").split()]
    return found


def start_time(pid: int) -> str | None:
    """When a process started, in the kernel's ticks; nothing when it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[START_TIME_FIELD]


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
