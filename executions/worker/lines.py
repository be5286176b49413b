"""Cuts what a program prints into lines, in bounded memory whatever it prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MARK = b"::{"
"""How a line starts by which a script reports outputs and metrics."""


class Line(NamedTuple):
    """One line without its end; ``cut`` bytes beyond the limit were dropped."""

    content: bytes
    cut: int = 0


class LineCutter:
    """Collects chunks into lines. A report line may be longer than a line that is only shown."""

    def __init__(self, *, longest: int, longest_report: int) -> None:
        self._longest, self._longest_report = longest, longest_report
        self._open = bytearray()
        self._cut = 0

    def widen(self, longest: int) -> None:
        """Lets lines be longer from here on; never shorter."""
        self._longest = max(self._longest, longest)

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """The lines that a chunk completes."""
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            if not self._open and not self._cut and end - start <= self._longest:
                yield Line(chunk[start:end])
            else:
                self._take(chunk[start:end])
                yield self._close()
            start = end + 1
        if start < len(chunk):
            self._take(chunk[start:])

    def skip(self, chunk: bytes) -> int:
        """How many lines a chunk completes, without making them; what it leaves open is kept."""
        count = chunk.count(b"\n")
        if count:
            self._open.clear()
            self._cut = 0
            chunk = chunk[chunk.rfind(b"\n") + 1 :]
        self._take(chunk)
        return count

    def rest(self) -> Iterator[Line]:
        """The last line, if the program ended without ending it."""
        if self._open or self._cut:
            yield self._close()

    def _take(self, part: bytes) -> None:
        room = self._room(part)
        self._open += part[:room]
        self._cut += max(0, len(part) - room)

    def _room(self, part: bytes) -> int:
        start = bytes(self._open[: len(MARK)]) or part[: len(MARK)]
        limit = self._longest_report if start.startswith(MARK) else self._longest
        return max(0, limit - len(self._open))

    def _close(self) -> Line:
        line = Line(bytes(self._open), self._cut)
        self._open.clear()
        self._cut = 0
        return line
