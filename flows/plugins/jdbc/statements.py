"""Reads SQL just enough to cut it into statements and to find its parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_TOKEN = re.compile(
    r"""
    (?P<skipped>
        '(?:[^']|'')*'?            # text
      | "(?:[^"]|"")*"?            # a quoted name
      | --[^\n]*                   # a comment to the end of the line
      | /\*.*?(?:\*/|\Z)           # a comment
      | \$(?P<tag>[A-Za-z_]\w*|)\$.*?(?:\$(?P=tag)\$|\Z)   # dollar-quoted text
      | ::                         # a cast, whose colons name no parameter
    )
  | (?P<end>;)
  | :(?P<name>[A-Za-z_]\w*)
  | (?P<percent>%)
    """,
    re.VERBOSE | re.DOTALL,
)


def split(sql: str) -> list[str]:
    """The statements of a text; empty ones and mere comments are left out."""
    found: list[str] = []
    start = 0
    for token in _TOKEN.finditer(sql):
        if token["end"]:
            found.append(sql[start : token.start()])
            start = token.end()
    found.append(sql[start:])
    return [statement.strip() for statement in found if not is_blank(statement)]


def is_blank(statement: str) -> bool:
    """Whether a text holds nothing that a database would run."""
    return not re.sub(r"--[^\n]*|/\*.*?\*/", "", statement, flags=re.DOTALL).strip()


def names(sql: str) -> Iterator[str]:
    """The names of the parameters (``:name``) in the order of the text."""
    for token in _TOKEN.finditer(sql):
        if token["name"]:
            yield token["name"]


def with_parameters(sql: str, place: Callable[[str], str], *, percent: str = "%") -> str:
    """The SQL with each ``:name`` replaced by what the driver expects there."""

    def replaced(token: re.Match[str]) -> str:
        if token["name"]:
            return place(token["name"])
        if token["percent"]:
            return percent
        return token[0].replace("%", percent)

    return _TOKEN.sub(replaced, sql)
