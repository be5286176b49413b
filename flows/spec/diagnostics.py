"""Findings in a source: what is wrong, where, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

Path = tuple[str | int, ...]


class Severity(StrEnum):
    """How much a finding weighs: an error refuses the source, the others only inform."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding; lines and columns count from 1."""

    severity: Severity
    code: str
    message: str
    path: str = ""
    line: int = 1
    column: int = 1
    replacement: str | None = None

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{place}{self.message} (line {self.line}, column {self.column})"


def path_text(path: Iterable[str | int]) -> str:
    """A path as people write it: ``tasks[0].message``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def nearest(name: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The known name that is most like the given one, if any is like it."""
    return next(iter(near_names(name, known, likeness=likeness, most=1)), None)


def near_names(
    name: str, known: Iterable[str], *, likeness: float = 0.6, most: int = 3
) -> tuple[str, ...]:
    """The known names that are like the given one, the most alike first."""
    by_folded = {item.lower(): item for item in known}
    found = get_close_matches(name[:200].lower(), by_folded, n=most, cutoff=likeness)
    return tuple(by_folded[item] for item in found)


def errors_of(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings that refuse a source."""
    return tuple(item for item in diagnostics if item.severity is Severity.ERROR)
