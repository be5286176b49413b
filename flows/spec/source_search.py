"""Finds and replaces text in sources, line by line, as an editor does.

Lines count from 1 and columns from 0, as existing clients send them. A regular expression is
bounded in size and in time; replacements refer to its groups as ``$1`` or ``${name}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flows.spec.expressions.budget import Budget, Meter
from flows.spec.expressions.errors import ExpressionError
from flows.spec.expressions.regexes import matches, replaced
from flows.spec.source import parse_source

LONGEST_QUERY: Final = 500
MOST_MATCHES: Final = 200
"""Matches that are told of one source."""
BUDGET: Final = Budget(steps=5_000_000, output_chars=8 * 1024 * 1024, seconds=5.0)
"""Of one request, over all sources that it looks at."""
_SECTIONS: Final = {"TASKS": "tasks", "TRIGGERS": "triggers", "INPUTS": "inputs"}
_MARKED: Final = re.compile(r"[\\$]")


class Scope(StrEnum):
    """Which part of a source is searched."""

    ALL = "ALL"
    TASKS = "TASKS"
    TRIGGERS = "TRIGGERS"
    INPUTS = "INPUTS"


class QueryInvalid(ValueError):
    """A query that cannot be searched for; the message says why."""


@dataclass(frozen=True, slots=True)
class Match:
    """One match: its line and column, and the line that holds it."""

    line: int
    column: int
    length: int
    text: str

    @property
    def snippet(self) -> str:
        """The line without its indent."""
        return self.text.strip()[:500]


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    text: str
    case_sensitive: bool = False
    whole_word: bool = False
    regex: bool = False
    scope: Scope = Scope.ALL

    def pattern(self) -> str:
        """The query as a regular expression; raises ``QueryInvalid`` for one that is not usable."""
        if not self.text or len(self.text) > LONGEST_QUERY or "\n" in self.text:
            reason = f"one line of 1 to {LONGEST_QUERY} characters can be searched for"
            raise QueryInvalid(reason)
        core = self.text if self.regex else re.escape(self.text)
        core = rf"(?<!\w)(?:{core})(?!\w)" if self.whole_word else core
        return core if self.case_sensitive else f"(?i){core}"


class Search:
    """One search over any number of sources, on one budget."""

    def __init__(self, query: Query) -> None:
        self._query, self._pattern = query, query.pattern()
        self._meter = Meter(BUDGET)
        # A bad pattern is refused before anything is read.
        if self._spans(""):
            raise QueryInvalid("it matches text without characters; it would match everywhere")

    def matches(self, source: str) -> list[Match]:
        """The first matches of a source, in order."""
        found: list[Match] = []
        for number, line in _lines(source, self._query.scope):
            for start, length in self._found(line):
                found.append(Match(number, start, length, line))
                if len(found) >= MOST_MATCHES:
                    return found
        return found

    def replaced(
        self, source: str, replacement: str, *, line: int | None = None, column: int | None = None
    ) -> str:
        """The source with every match replaced: all, those of one line, or the one at a column."""
        wanted = {number for number, _ in _lines(source, self._query.scope)}
        parts = source.split("\n")
        for at, part in enumerate(parts):
            if at + 1 in wanted and line in (None, at + 1):
                body = part.removesuffix("\r")
                parts[at] = self._line(body, replacement, column) + part[len(body) :]
        return "\n".join(parts)

    def _line(self, line: str, replacement: str, column: int | None) -> str:
        template = replacement if self._query.regex else _MARKED.sub(r"\\\g<0>", replacement)
        try:
            if column is None:
                return replaced(self._pattern, line, template, self._meter)
            for start, length in self._found(line):
                if start == column:
                    end = start + length
                    middle = replaced(self._pattern, line[start:end], template, self._meter)
                    return line[:start] + middle + line[end:]
        except ExpressionError as problem:
            raise QueryInvalid(str(problem)) from None
        return line

    def _found(self, line: str) -> list[tuple[int, int]]:
        """Places and lengths; matches of nothing are left out."""
        return [(start, end - start) for start, end in self._spans(line) if end > start]

    def _spans(self, line: str) -> list[tuple[int, int]]:
        try:
            return [match.span() for match in matches(self._pattern, line, self._meter)]
        except ExpressionError as problem:
            raise QueryInvalid(str(problem)) from None


def _lines(source: str, scope: Scope) -> Iterator[tuple[int, str]]:
    lines = _split(source)
    first, last = (1, len(lines)) if scope is Scope.ALL else _section(source, len(lines), scope)
    return ((number, lines[number - 1]) for number in range(first, last + 1))


def _split(source: str) -> list[str]:
    """Lines as an editor counts them: other breaks that Unicode knows stand inside a line."""
    return [line.removesuffix("\r") for line in source.split("\n")]


def _section(source: str, length: int, scope: Scope) -> tuple[int, int]:
    """First and last line of a section; an empty span when the source has none."""
    document = parse_source(source)
    data = document.data if isinstance(document.data, dict) else {}
    places = {key: document.position((key,))[0] for key in data}
    first = places.get(_SECTIONS[scope.value])
    if first is None:
        return 1, 0
    return first, min((line - 1 for line in places.values() if line > first), default=length)


def changed_lines(before: str, after: str) -> Sequence[tuple[int, str, str]]:
    """Number, old and new text of every line that a replacement changes."""
    pairs = zip(_split(before), _split(after), strict=False)
    return [(at + 1, old, new) for at, (old, new) in enumerate(pairs) if old != new]
