"""How a file is cut into parts: by rows, bytes or a pattern, or dealt out to a number of parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from downbeat.sdk.errors import TaskFailed

MOST_PARTS: Final = 50_000
MOST_PARTITIONS: Final = 10_000
MOST_GROUPS: Final = 10_000
_BUFFERED: Final = 32 << 20
_SIZE: Final = re.compile(r"(\d{1,15})\s*(B|KB|MB|GB)?", re.IGNORECASE)
_UNITS: Final = {"": 1, "B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


def size_of(text: str) -> int:
    """The number of bytes that a text such as ``512``, ``10KB`` or ``1GB`` names."""
    found = _SIZE.fullmatch(text.strip())
    size = int(found[1]) * _UNITS[(found[2] or "").upper()] if found else 0
    if size < 1:
        raise TaskFailed(f"'{text}' is not a size such as 512, 10KB or 1GB")
    return size


def into_files(rows: Iterable[bytes], folder: Path, begins: Callable[[int, int], bool]) -> int:
    """Writes rows into ``folder/0``, ``folder/1`` …; returns how many files there are.

    ``begins(rows so far, bytes so far)`` of the open part says whether the next row, whose bytes
    are counted already, begins another one.
    """
    parts, count, size = 0, 0, 0
    part = None
    try:
        for row in rows:
            count, size = count + 1, size + len(row)
            if part is None or begins(count, size):
                if part is not None:
                    part.close()
                _check_number(parts + 1)
                part = (folder / str(parts)).open("wb")
                parts, count, size = parts + 1, 1, len(row)
            part.write(row)
    finally:
        if part is not None:
            part.close()
    return parts


def _check_number(parts: int) -> None:
    if parts > MOST_PARTS:
        raise TaskFailed(f"The file falls into more than {MOST_PARTS} parts; make them larger")


def dealt_out(rows: Iterable[bytes], folder: Path, partitions: int) -> int:
    """Deals rows out to ``folder/0`` … in turn; returns how many files got at least one."""
    if not 1 <= partitions <= MOST_PARTITIONS:
        raise TaskFailed(f"'partitions' must be between 1 and {MOST_PARTITIONS}")
    room = _BUFFERED // partitions
    waiting = [bytearray() for _ in range(partitions)]
    used = 0
    for number, row in enumerate(rows):
        place = number % partitions
        used = max(used, place + 1)
        waiting[place] += row
        if len(waiting[place]) > room:
            _append(folder / str(place), waiting[place])
    for place in range(used):
        _append(folder / str(place), waiting[place])
    return used


def grouped(rows: Iterable[bytes], folder: Path, pattern: str) -> int:
    """Writes rows into ``folder/0`` … by what a pattern finds in them; returns how many files.

    Rows whose first group, or else whose match, is the same go together, in the order in which
    each is found first; rows without a match are left out.
    """
    wanted = _compiled(pattern)
    waiting: dict[str, bytearray] = {}
    buffered = 0
    for row in rows:
        found = wanted.search(row.decode("utf-8", "replace"))
        if found is None:
            continue
        key = found[1] if wanted.groups and found[1] is not None else found[0]
        waiting.setdefault(key, bytearray()).extend(row)
        buffered += len(row)
        if len(waiting) > MOST_GROUPS:
            raise TaskFailed(f"'regexPattern' makes more than {MOST_GROUPS} parts")
        if buffered > _BUFFERED:
            buffered = _spill(waiting, folder)
    _spill(waiting, folder)
    return len(waiting)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as problem:
        raise TaskFailed(f"'regexPattern' is not a regular expression: {problem}") from None


def _spill(waiting: dict[str, bytearray], folder: Path) -> int:
    for number, content in enumerate(waiting.values()):
        if content:
            _append(folder / str(number), content)
    return 0


def _append(path: Path, content: bytearray) -> None:
    with path.open("ab") as file:
        file.write(content)
    content.clear()
