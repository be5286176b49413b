"""Date patterns such as `yyyy-MM-dd HH:mm`: split into fields once, then printed field by field.

The letters are those that flow authors know from the JVM's formatter. Weeks are ISO weeks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from flows.spec.expressions.dates.moment import DateValue, offset_text, zone_id
from flows.spec.expressions.dates.words import Words
from flows.spec.expressions.errors import TypeMismatchError

_MAX_PATTERN = 200
_PIECE = re.compile(r"'((?:[^']|'')*)'|(([A-Za-z])\3*)|([\[\]])|([^A-Za-z'\[\]]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """One run of a pattern letter."""

    letter: str
    width: int


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that a pattern prints as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Optional:
    """A bracket that opens or closes an optional part; it matters only when reading."""

    opens: bool


Piece = Field | Literal | Optional


@lru_cache(maxsize=512)
def pieces_of(pattern: str) -> tuple[Piece, ...]:
    """A pattern's fields and literals; refuses letters that mean nothing."""
    if len(pattern) > _MAX_PATTERN:
        raise TypeMismatchError(f"A date pattern has at most {_MAX_PATTERN} characters")
    pieces: list[Piece] = []
    place = 0
    while place < len(pattern):
        match = _PIECE.match(pattern, place)
        if match is None:
            raise TypeMismatchError(f"The date pattern `{pattern}` has a quote that never closes")
        pieces.append(_piece(match, pattern))
        place = match.end()
    return tuple(pieces)


def _piece(match: re.Match[str], pattern: str) -> Piece:
    quoted, run, letter, bracket, other = match.groups()
    if quoted is not None:
        return Literal(quoted.replace("''", "'") or "'")
    if run is not None:
        if letter not in _PRINTERS:
            raise TypeMismatchError(
                f"The letter `{letter}` in the date pattern `{pattern}` is unknown"
            )
        return Field(letter, len(run))
    if bracket is not None:
        return Optional(bracket == "[")
    return Literal(other)


def print_date(moment: DateValue, pattern: str, words: Words) -> str:
    """A date as a pattern shows it."""
    parts = []
    for piece in pieces_of(pattern):
        if isinstance(piece, Field):
            parts.append(_PRINTERS[piece.letter](moment, piece.width, words))
        elif isinstance(piece, Literal):
            parts.append(piece.text)
    return "".join(parts)


_Printer = Callable[[DateValue, int, Words], str]


def _number(read: Callable[[DateValue], int]) -> _Printer:
    return lambda moment, width, words: str(read(moment)).zfill(width)


def _year(read: Callable[[DateValue], int]) -> _Printer:
    def printer(moment: DateValue, width: int, words: Words) -> str:
        year = read(moment)
        return f"{year % 100:02d}" if width == 2 else str(year).zfill(width)

    return printer


def _month(moment: DateValue, width: int, words: Words) -> str:
    return _named(moment.at.month, width, words.months, words.short_months)


def _weekday(moment: DateValue, width: int, words: Words) -> str:
    return _named(moment.at.isoweekday(), max(width, 3), words.days, words.short_days)


def _local_weekday(moment: DateValue, width: int, words: Words) -> str:
    return _named(moment.at.isoweekday(), width, words.days, words.short_days)


def _named(number: int, width: int, names: tuple[str, ...], short: tuple[str, ...]) -> str:
    if width < 3:
        return str(number).zfill(width)
    if width == 3:
        return short[number - 1]
    return names[number - 1] if width == 4 else names[number - 1][0].upper()


def _quarter(moment: DateValue, width: int, words: Words) -> str:
    quarter = (moment.at.month + 2) // 3
    if width < 3:
        return str(quarter).zfill(width)
    return f"Q{quarter}" if width == 3 else f"{('1st', '2nd', '3rd', '4th')[quarter - 1]} quarter"


def _half(moment: DateValue, width: int, words: Words) -> str:
    return words.halves[moment.at.hour >= 12]


def _fraction(moment: DateValue, width: int, words: Words) -> str:
    return f"{moment.nano_of_second:09d}"[:width].ljust(width, "0")


def _era(moment: DateValue, width: int, words: Words) -> str:
    return "Anno Domini" if width == 4 else "AD" if width < 5 else "A"


def _offset_x(zero: str) -> _Printer:
    def printer(moment: DateValue, width: int, words: Words) -> str:
        colon = ":" if width in (3, 5) else ""
        text = offset_text(moment.offset, colon=colon, zero=zero)
        if not text:
            return {1: "+00", 2: "+0000", 4: "+0000"}.get(width, "+00:00")
        return text[:-2] if width == 1 and text.endswith("00") and text != "Z" else text

    return printer


def _offset_z(moment: DateValue, width: int, words: Words) -> str:
    if width < 4:
        return offset_text(moment.offset, colon="", zero="+0000")
    return _offset_gmt(moment, width, words) if width == 4 else offset_text(moment.offset)


def _offset_gmt(moment: DateValue, width: int, words: Words) -> str:
    text = offset_text(moment.offset, zero="")
    if width == 4 or not text:
        return f"GMT{text}"
    hours, _, minutes = text[1:].partition(":")
    return f"GMT{text[0]}{int(hours)}" + (f":{minutes}" if minutes != "00" else "")


def _zone_name(moment: DateValue, width: int, words: Words) -> str:
    return moment.at.tzname() or zone_id(moment.at.tzinfo)


def _nano_of_day(moment: DateValue) -> int:
    at = moment.at
    return (at.hour * 3600 + at.minute * 60 + at.second) * 10**9 + moment.nano_of_second


def _day_of_year(moment: DateValue) -> int:
    return moment.at.timetuple().tm_yday


def _week_of_month(moment: DateValue) -> int:
    first = moment.at.replace(day=1)
    shift = (first.isoweekday() - 1 + 3) % 7 - 3
    return (moment.at.day - 1 + shift) // 7 + 1


_PRINTERS: dict[str, _Printer] = {
    "G": _era,
    "u": _year(lambda m: m.at.year),
    "y": _year(lambda m: m.at.year),
    "Y": _year(lambda m: m.at.isocalendar().year),
    "D": _number(_day_of_year),
    "M": _month,
    "L": _month,
    "d": _number(lambda m: m.at.day),
    "Q": _quarter,
    "q": _quarter,
    "w": _number(lambda m: m.at.isocalendar().week),
    "W": _number(_week_of_month),
    "E": _weekday,
    "e": _local_weekday,
    "c": _local_weekday,
    "F": _number(lambda m: (m.at.day - 1) // 7 + 1),
    "a": _half,
    "h": _number(lambda m: m.at.hour % 12 or 12),
    "K": _number(lambda m: m.at.hour % 12),
    "k": _number(lambda m: m.at.hour or 24),
    "H": _number(lambda m: m.at.hour),
    "m": _number(lambda m: m.at.minute),
    "s": _number(lambda m: m.at.second),
    "S": _fraction,
    "A": _number(lambda m: _nano_of_day(m) // 10**6),
    "n": _number(lambda m: m.nano_of_second),
    "N": _number(_nano_of_day),
    "V": lambda moment, width, words: zone_id(moment.at.tzinfo),
    "z": _zone_name,
    "O": _offset_gmt,
    "X": _offset_x("Z"),
    "x": _offset_x(""),
    "Z": _offset_z,
}
