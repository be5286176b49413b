"""What runs on this machine, whoever started it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def commands_with(word: str) -> list[str]:
    """Command lines of `sleep` processes that have a word among their arguments."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parts = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if word in parts and parts[0].endswith("sleep"):
                found.append(" ".join(parts))
    return found
