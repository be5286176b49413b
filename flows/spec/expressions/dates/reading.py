"""Reading a date by the pattern it was written in."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from flows.spec.expressions.dates.moment import DateValue, zone_of
from flows.spec.expressions.dates.patterns import Field, Literal, pieces_of
from flows.spec.expressions.dates.words import Words
from flows.spec.expressions.errors import TypeMismatchError

_ZONE_LETTERS = {"X", "x", "Z", "V", "z", "O"}
_DIGITS = {
    "u": "year", "y": "year", "d": "day", "H": "hour", "k": "hour", "h": "half_hour",
    "K": "half_hour", "m": "minute", "s": "second", "S": "fraction", "n": "nano",
    "D": "day_of_year",
}  # fmt: skip
_PIVOT = 2000


@dataclass(frozen=True, slots=True)
class Reader:
    """A compiled pattern: the regular expression and what its groups mean."""

    regex: re.Pattern[str]
    groups: tuple[Field, ...]


@lru_cache(maxsize=256)
def _reader(pattern: str, words: Words) -> Reader:
    groups: list[Field] = []
    regex: list[str] = []
    pieces = pieces_of(pattern)
    for index, piece in enumerate(pieces):
        if isinstance(piece, Field):
            groups.append(piece)
            following = pieces[index + 1] if index + 1 < len(pieces) else None
            regex.append(f"({_expression(piece, words, glued=isinstance(following, Field))})")
        elif isinstance(piece, Literal):
            regex.append(re.escape(piece.text))
        else:
            regex.append("(?:" if piece.opens else ")?")
    try:
        return Reader(re.compile("".join(regex), re.IGNORECASE), tuple(groups))
    except re.error as error:
        raise TypeMismatchError(
            f"The brackets of the date pattern `{pattern}` do not match"
        ) from error


def _expression(field: Field, words: Words, *, glued: bool) -> str:
    """The regular expression of one field; fields that touch have exactly their width."""
    match field.letter:
        case "M" | "L" if field.width >= 3:
            return _one_of(words.months if field.width >= 4 else words.short_months)
        case "E" | "e" | "c" if field.letter == "E" or field.width >= 3:
            return _one_of(words.days if field.width >= 4 else words.short_days)
        case "a":
            return _one_of(words.halves)
        case letter if letter in _ZONE_LETTERS:
            return r"Z|(?:GMT|UTC)?[+-]\d\d?:?(?:\d\d)?|[A-Za-z][A-Za-z_]*(?:/[A-Za-z0-9_+-]+){0,2}"
        case "y" | "u":
            return r"\d{2}" if field.width == 2 else rf"\d{{{field.width if glued else '1,4'}}}"
        case letter if letter in _DIGITS or letter in "ML":
            widest = 9 if letter in "Sn" else 3 if letter == "D" else 2
            exact = glued or field.width >= 2
            return rf"\d{{{field.width}}}" if exact else rf"\d{{1,{widest}}}"
        case letter:
            raise TypeMismatchError(
                f"The letter `{letter}` cannot be read from a date, only printed"
            )


def _one_of(names: tuple[str, ...]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


def read_date(text: str, pattern: str, words: Words, zone: dt.tzinfo) -> DateValue:
    """The date that a text spells in a pattern; without a zone of its own it is in `zone`."""
    reader = _reader(pattern, words)
    match = reader.regex.fullmatch(text.strip())
    if match is None:
        raise TypeMismatchError(f"`{text[:60]}` is not a date written as `{pattern}`")
    found: dict[str, int] = {}
    for field, value in zip(reader.groups, match.groups(), strict=True):
        if value is None:
            continue
        if field.letter in _ZONE_LETTERS:
            zone = zone_of(value)
        else:
            found.update(_meaning(field, value, words))
    return _built(found, zone, text)


def _meaning(field: Field, value: str, words: Words) -> dict[str, int]:
    match field.letter:
        case "M" | "L":
            names = words.months if field.width >= 4 else words.short_months
            return {"month": _index(value, names) if field.width >= 3 else int(value)}
        case "a":
            return {"afternoon": _index(value, words.halves) - 1}
        case "E" | "e" | "c":
            return {}
        case "S":
            return {"nano": int(value.ljust(9, "0"))}
        case "y" | "u" if field.width == 2:
            return {"year": _PIVOT + int(value)}
        case letter:
            return {_DIGITS[letter]: int(value)}


def _index(name: str, names: tuple[str, ...]) -> int:
    return [known.lower() for known in names].index(name.lower()) + 1


def _built(found: dict[str, int], zone: dt.tzinfo, text: str) -> DateValue:
    if "year" not in found:
        raise TypeMismatchError(f"`{text[:60]}` has no year")
    hour = found.get("hour", 0) % 24
    if "half_hour" in found:
        hour = found["half_hour"] % 12 + 12 * found.get("afternoon", 0)
    nano = found.get("nano", 0)
    try:
        at = dt.datetime(
            found["year"], found.get("month", 1), found.get("day", 1), hour,
            found.get("minute", 0), found.get("second", 0), nano // 1000, tzinfo=zone,
        )  # fmt: skip
        if "day_of_year" in found:
            at = at.replace(month=1, day=1) + dt.timedelta(days=found["day_of_year"] - 1)
    except (ValueError, OverflowError) as error:
        raise TypeMismatchError(f"`{text[:60]}` is not a date: {error}") from error
    return DateValue(at, nano % 1000)
