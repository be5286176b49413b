"""Ion text, as far as record files hold it: JSON values, bare field names, symbols, timestamps.

Files that we write are JSON lines, which are Ion; this reads what other writers left.
"""

from __future__ import annotations

import re

from flows.spec.expressions.budget import Meter
from flows.spec.expressions.errors import BudgetExceededError, TypeMismatchError
from flows.spec.expressions.values import Value

_MAX_DEPTH = 100
_TOKEN = re.compile(
    r"""\s*(?: (?P<text>"(?:[^"\\]|\\.)*")
             | (?P<quoted>'(?:[^'\\]|\\.)*')
             | (?P<time>\d{4}-\d\d(?:-\d\d)?(?:T[\d:.]*(?:Z|[+-]\d\d:\d\d)?)?T?)
             | (?P<number>-?\d+(?:\.\d*)?(?:[eEdD][+-]?\d+)?)
             | (?P<symbol>[A-Za-z_$][\w$.]*)
             | (?P<mark>::|[\[\](){},:])
           )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}


def parse_ion(text: str, meter: Meter) -> list[Value]:
    """All values of an Ion text."""
    meter.text(len(text))
    reader = _Reader(text, meter)
    values = []
    while reader.peek()[0]:
        values.append(reader.value(0))
        if reader.peek()[1] == ",":
            reader.take()
    return values


class _Reader:
    def __init__(self, text: str, meter: Meter) -> None:
        self.text = text.rstrip()
        self.place = 0
        self.meter = meter

    def peek(self) -> tuple[str, str, int]:
        """Kind, text and end of the next word; blank at the end of the text."""
        if self.place >= len(self.text):
            return "", "", self.place
        match = _TOKEN.match(self.text, self.place)
        if match is None:
            raise TypeMismatchError(f"The text is not valid Ion at character {self.place + 1}")
        return match.lastgroup or "", match[match.lastgroup or 0], match.end()

    def take(self) -> tuple[str, str]:
        kind, word, self.place = self.peek()
        if not kind:
            raise TypeMismatchError("The Ion text ends too early")
        return kind, word

    def value(self, depth: int) -> Value:
        self.meter.spend()
        if depth > _MAX_DEPTH:
            raise BudgetExceededError("The Ion text nests too deeply")
        kind, word = self.take()
        if kind in {"symbol", "quoted"} and self.peek()[1] == "::":
            self.take()
            return self.value(depth)
        if word == "{":
            return self._struct(depth)
        if kind == "mark" and word in "[(":
            return self._list("]" if word == "[" else ")", depth)
        if kind == "mark":
            raise TypeMismatchError(f"The text is not valid Ion: unexpected `{word}`")
        return _scalar(kind, word)

    def _struct(self, depth: int) -> dict[str, Value]:
        struct: dict[str, Value] = {}
        while self.peek()[1] != "}":
            kind, word = self.take()
            if self.take()[1] != ":" or kind == "mark":
                raise TypeMismatchError(
                    "The text is not valid Ion: a field needs a name and a colon"
                )
            struct[_unquoted(word) if kind in {"text", "quoted"} else word] = self.value(depth + 1)
            self._comma("}")
        self.take()
        return struct

    def _list(self, end: str, depth: int) -> list[Value]:
        values: list[Value] = []
        while self.peek()[1] != end:
            values.append(self.value(depth + 1))
            self._comma(end)
        self.take()
        return values

    def _comma(self, end: str) -> None:
        if self.peek()[1] == ",":
            self.take()
        elif self.peek()[1] != end and end != ")":
            raise TypeMismatchError(f"The text is not valid Ion: expected `,` or `{end}`")


def _unquoted(word: str) -> str:
    def plain(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])

    return _ESCAPE.sub(plain, word[1:-1])


def _scalar(kind: str, word: str) -> Value:
    match kind:
        case "text" | "quoted":
            return _unquoted(word)
        case "number":
            digits = word.lower().replace("d", "e")
            return float(digits) if {".", "e"} & set(digits) else int(digits)
        case "time":
            return word
        case _:
            if word in {"true", "false"}:
                return word == "true"
            return None if word == "null" or word.startswith("null.") else word
