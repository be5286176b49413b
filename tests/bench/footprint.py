"""W6: what the whole idle system costs in memory and processor time (Linux, from /proc)."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")


def family(root: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parent = _parent(entry)
            if parent is not None:
                children.setdefault(parent, []).append(int(entry.name))
    found, open_ = [], [root]
    while open_:
        pid = open_.pop()
        found.append(pid)
        open_ += children.get(pid, [])
    return found


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError, ValueError):
        return None


def proportional_mb(pid: int) -> float:
    """Memory of a process, shared pages divided by those who share them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def processor_seconds(pid: int) -> float:
    """User and system time of a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    except (OSError, IndexError):
        return 0.0


def name(pid: int) -> str:
    """The command of a process, short."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return " ".join(word.decode(errors="replace").rsplit("/", 1)[-1] for word in words[:4])[:60]
    except OSError:
        return "?"


def idle(root: int, *, seconds: float) -> tuple[float, float, list[tuple[str, float]]]:
    """Megabytes (PSS), share of one core in percent, and megabytes by process."""
    before = {pid: processor_seconds(pid) for pid in family(root)}
    time.sleep(seconds)
    pids = family(root)
    spent = sum(processor_seconds(pid) - before.get(pid, 0.0) for pid in pids)
    parts = sorted(((name(pid), proportional_mb(pid)) for pid in pids), key=lambda p: -p[1])
    return sum(part for _, part in parts), 100 * spent / seconds, parts
