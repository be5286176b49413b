"""Remembers what a step was made from, so that a second `make setup` has nothing to do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest(files: Iterable[Path], *facts: str) -> str:
    """Changes when any of the files or facts does."""
    found = hashlib.sha256()
    for fact in facts:
        found.update(fact.encode() + b"\0")
    for file in sorted(set(files)):
        found.update(str(file).encode() + b"\0")
        found.update(file.read_bytes() if file.exists() else b"absent")
    return found.hexdigest()


def is_fresh(stamp: Path, value: str) -> bool:
    """Whether the step was done from exactly this."""
    try:
        return stamp.read_text(encoding="ascii") == value
    except OSError:
        return False


def write(stamp: Path, value: str) -> None:
    """Remembers that the step is done."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value, encoding="ascii")
