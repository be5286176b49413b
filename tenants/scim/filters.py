"""Filters: `userName eq "ann" and emails[type eq "work"] pr` (RFC 7644 section 3.4.2.2). Pure.

`and` binds stronger than `or`; words are read in any case of letters.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tenants.scim.errors import BadFilter

LONGEST: Final = 8_000
DEEPEST: Final = 30
_TOKEN: Final = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[()\[\]])'
    r"|(?P<number>-?\d+(?:\.\d+)?)(?![\w:.])|(?P<word>[A-Za-z$][\w$:.-]*))"
)

Value = str | int | float | bool | None


class Op(StrEnum):
    """How two values are compared."""

    EQ = "eq"
    NE = "ne"
    CO = "co"
    SW = "sw"
    EW = "ew"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"


@dataclass(frozen=True)
class Compare:
    """A value against a literal."""

    path: str
    op: Op
    value: Value


@dataclass(frozen=True)
class Present:
    """Whether there is a value that is not empty."""

    path: str


@dataclass(frozen=True)
class Within:
    """One item of a list for which all of that holds: `emails[type eq "work"]`."""

    path: str
    inner: Filter


@dataclass(frozen=True)
class Not:
    """What does not hold."""

    inner: Filter


@dataclass(frozen=True)
class Both:
    """`and`."""

    left: Filter
    right: Filter


@dataclass(frozen=True)
class Either:
    """`or`."""

    left: Filter
    right: Filter


Filter = Compare | Present | Within | Not | Both | Either
_LITERALS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None}


def parse(text: str) -> Filter:
    """The filter that somebody wrote; raises BadFilter and says where."""
    if len(text) > LONGEST:
        raise BadFilter(f"it is longer than {LONGEST} characters")
    reader = _Reader(_tokens(text))
    found = reader.either()
    reader.end()
    return found


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadFilter(f"character {at + 1} is not understood")
        kind = match.lastgroup or ""
        found.append(_Token(kind, match.group(kind), match.start(kind)))
        at = match.end()
    return found


class _Reader:
    """Reads tokens from the left; one method for each rule of the grammar."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def either(self) -> Filter:
        found = self.both()
        while self._taken("or"):
            found = Either(found, self.both())
        return found

    def both(self) -> Filter:
        found = self.one()
        while self._taken("and"):
            found = Both(found, self.one())
        return found

    def one(self) -> Filter:
        if self._taken("not"):
            self._expect("(")
            return Not(self._until(")"))
        if self._taken("("):
            return self._until(")")
        path = self._next("word", "an attribute").text
        if self._taken("["):
            return Within(path, self._until("]"))
        return self._comparison(path)

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise BadFilter(f"nothing was expected at character {self.tokens[self.at].at + 1}")

    def _comparison(self, path: str) -> Filter:
        word = self._next("word", "a comparison").text.lower()
        if word == "pr":
            return Present(path)
        try:
            return Compare(path, Op(word), self._value())
        except ValueError:
            raise BadFilter(f"there is no comparison {word}") from None

    def _value(self) -> Value:
        token = self._next("", "a value")
        match token.kind:
            case "text":
                try:
                    return str(json.loads(token.text))
                except json.JSONDecodeError:
                    raise BadFilter(f"the text at character {token.at + 1} is broken") from None
            case "number":
                return float(token.text) if "." in token.text else int(token.text)
            case "word" if token.text.lower() in _LITERALS:
                return _LITERALS[token.text.lower()]
            case _:
                raise BadFilter(f"{token.text} is no value; texts stand in double quotes")

    def _until(self, mark: str) -> Filter:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadFilter(f"it is nested deeper than {DEEPEST}")
        found = self.either()
        self._expect(mark)
        self.depth -= 1
        return found

    def _expect(self, mark: str) -> None:
        if not self._taken(mark):
            raise BadFilter(f"a {mark} is missing")

    def _taken(self, word: str) -> bool:
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind in {"word", "mark"} and token.text.lower() == word:
                self.at += 1
                return True
        return False

    def _next(self, kind: str, wanted: str) -> _Token:
        if self.at >= len(self.tokens):
            raise BadFilter(f"it ends where {wanted} was expected")
        token = self.tokens[self.at]
        if kind and token.kind != kind:
            raise BadFilter(f"{wanted} was expected at character {token.at + 1}")
        self.at += 1
        return token
