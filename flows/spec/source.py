"""Bounded reading of YAML 1.2: source text → plain data with positions, or diagnostics.

The text is read as a stream of events from libyaml, which keeps its own stack: depth, number of
nodes and what aliases expand to are counted while reading, before anything is built from them.
Only null, true/false, numbers, text, lists and maps exist; keys are text. ``yes``, ``on`` and
dates are text, as YAML 1.2 has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from flows.spec.diagnostics import Diagnostic, Path, Severity
from flows.spec.yaml_reader import Limits, Mark, Place, Refused, line_and_column, read_document

DEFAULT_LIMITS: Final = Limits()
_BOUNDARY: Final = re.compile(r"^(?:---(?=[ \t\r\n]|\Z)|\.\.\.[ \t]*$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML document: its data (``None`` if it could not be read) and where each part stands."""

    data: Any
    diagnostics: tuple[Diagnostic, ...] = ()
    root: Mark | None = None
    first_line: int = 0

    def position(self, path: Path) -> tuple[int, int]:
        """Line and column (from 1) of a part; of its nearest enclosing part if it has none."""
        place: Place | None = self.root
        if place is None:
            return 1, 1
        for step in path:
            inside = place.inside.get(step) if isinstance(place, Mark) and place.inside else None
            if inside is None:
                break
            place = inside
        line, column = line_and_column(place)
        return self.first_line + line + 1, column + 1


def parse_source(text: str, *, limits: Limits = DEFAULT_LIMITS, first_line: int = 0) -> Document:
    """The one document of a source; never raises: what is wrong stands in ``diagnostics``."""
    try:
        if len(text) > limits.characters:
            message = f"The source is longer than {limits.characters} characters"
            raise Refused("yaml.too_long", message, 0, 0)
        data, root = read_document(text, limits)
    except Refused as refused:
        found = Diagnostic(
            Severity.ERROR,
            refused.code,
            refused.message,
            line=first_line + refused.line + 1,
            column=refused.column + 1,
        )
        return Document(None, (found,), first_line=first_line)
    return Document(data, (), root, first_line)


def split_documents(text: str) -> list[str]:
    """The text of each document of a source, in order; empty ones are left out."""
    return [part for _, part in numbered_documents(text)]


def numbered_documents(text: str) -> list[tuple[int, str]]:
    """The text of each document with the number of its first line (from 0)."""
    parts: list[tuple[int, str]] = []
    start = 0
    for boundary in [*_BOUNDARY.finditer(text), None]:
        end = len(text) if boundary is None else boundary.start()
        part = text[start:end]
        if not _is_empty(part):
            parts.append((text.count("\n", 0, start), part))
        start = len(text) if boundary is None else boundary.end()
    return parts


def _is_empty(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return all(not line or line.startswith(("#", "%YAML")) for line in lines)
