"""Regular expressions written by users: bounded in size before compiling, in time while matching.

The syntax is that of the JVM as far as flows use it; replacements refer to groups as `$1` or
`${name}`. Counted repetitions are multiplied out when a pattern is compiled, so a short pattern
can ask for gigabytes: its expanded size is estimated first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

import regex

from flows.spec.expressions.budget import Meter
from flows.spec.expressions.errors import BudgetExceededError, TypeMismatchError

_LONGEST = 2_000
_LARGEST = 20_000
_LONGEST_MATCH_SECONDS = 0.5

# Escapes, classes and what opens or closes groups; everything else is one character.
_ATOM = re.compile(
    r"\\[pPxNk]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]"
    r"|\{(\d+)(?:,(\d*))?\}|.",
    re.DOTALL,
)
# Recursion and references to other groups' patterns: not in the JVM's syntax, and unbounded.
_RECURSION = re.compile(r"\?(?:R|&|P>|[+-]?\d)")

Found: TypeAlias = "regex.Match[str]"


def _checked_size(pattern: str) -> None:
    """Refuse a pattern whose repetitions multiply out to too much."""
    if len(pattern) > _LONGEST:
        raise TypeMismatchError(f"A regular expression has at most {_LONGEST} characters")
    sizes: list[int] = [0]
    atoms: list[int] = [0]
    for match in _ATOM.finditer(pattern):
        piece = match.group()
        if match[1] is not None:
            times = max(int(match[1][:9]), int((match[2] or "0")[:9]), 1)
            sizes[-1] += atoms[-1] * (times - 1)
            atoms[-1] *= times
        elif piece == "(":
            if _RECURSION.match(pattern, match.end()):
                raise TypeMismatchError("Regular expressions here do not recurse")
            sizes.append(1)
            atoms.append(0)
        elif piece == ")" and len(sizes) > 1:
            atoms.pop()
            atoms[-1] = sizes.pop()
            sizes[-1] += atoms[-1]
        elif piece == "{":
            raise TypeMismatchError("Write a brace in a regular expression as `\\{`")
        else:
            atoms[-1] = 1
            sizes[-1] += 1
        if max(sizes) > _LARGEST:
            raise BudgetExceededError("The repetitions of the regular expression are too many")


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> regex.Pattern[str]:
    _checked_size(pattern)
    try:
        return regex.compile(pattern)
    except (regex.error, ValueError, OverflowError) as error:
        raise TypeMismatchError(f"`{pattern[:80]}` is not a regular expression: {error}") from error


def matches(pattern: str, text: str, meter: Meter) -> Iterator[Found]:
    """All matches in a text, until the time for matching is over."""
    meter.text(len(text))
    allowed = min(meter.seconds_left(), _LONGEST_MATCH_SECONDS)
    if allowed <= 0:
        raise BudgetExceededError("There is no time left to match a regular expression")
    try:
        for match in _compiled(pattern).finditer(text, timeout=allowed):
            meter.spend()
            yield match
    except TimeoutError as error:
        raise BudgetExceededError(
            f"The regular expression `{pattern[:80]}` takes too long on this text"
        ) from error


def found(pattern: str, text: str, meter: Meter) -> Found | None:
    """The first match, if any."""
    return next(matches(pattern, text, meter), None)


def replaced(pattern: str, text: str, replacement: str, meter: Meter) -> str:
    """The text with every match replaced; `$1` and `${name}` stand for groups."""
    parts: list[str] = []
    place = 0
    total = len(text)
    template = _parts(replacement, _compiled(pattern))
    for match in matches(pattern, text, meter):
        filled = "".join(_group(match, part) if kind else part for kind, part in template)
        total += len(filled)
        meter.text(total)
        parts.append(text[place : match.start()])
        parts.append(filled)
        place = match.end()
    return "".join(parts) + text[place:]


def _group(match: Found, name: str) -> str:
    value: str | None = match.group(int(name)) if name.isdecimal() else match.group(name)
    return value or ""


_REFERENCE = re.compile(r"\\(.)|\$(\d+)|\$\{(\w+)\}|([^\\$]+)|(.)", re.DOTALL)


def _parts(replacement: str, pattern: regex.Pattern[str]) -> list[tuple[bool, str]]:
    """Pieces of a replacement: (False, text) or (True, name or number of a group)."""
    parts: list[tuple[bool, str]] = []
    for escaped, number, name, plain, stray in _REFERENCE.findall(replacement):
        if stray:
            raise TypeMismatchError(
                "A lone `$` or `\\` in a replacement is written as `\\$` or `\\\\`"
            )
        if number:
            digits = _known_group(number, pattern.groups)
            parts.append((True, digits))
            parts.append((False, number[len(digits) :]))
        elif name:
            if name not in pattern.groupindex:
                raise TypeMismatchError(f"The regular expression has no group `{name}`")
            parts.append((True, name))
        else:
            parts.append((False, escaped or plain))
    return parts


def _known_group(digits: str, groups: int) -> str:
    """The longest beginning of the digits that is the number of a group."""
    for length in range(min(len(digits), 3), 0, -1):
        if int(digits[:length]) <= groups:
            return digits[:length]
    raise TypeMismatchError(f"The regular expression has no group {digits[0]}")
