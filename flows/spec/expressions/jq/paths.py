"""jq programs that are only a path, such as `.items[0].name`: most of those that flows contain.

They need no process and no conversion to JSON and back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flows.spec.expressions.budget import Meter
from flows.spec.expressions.errors import TypeMismatchError
from flows.spec.expressions.values import Value, type_name

_STEP = re.compile(
    r"""\s*(?: \.?(\[\])                        # every item
             | \.?\[ \s* (-?\d{1,9}) \s* \]     # an index
             | \.?\[ \s* "([^"\\]*)" \s* \]     # a key in brackets
             | \.([A-Za-z_]\w*)                 # a key
             | \."([^"\\]*)"                    # a key in quotes
           )(\??)""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a key, an index, or (both None) every item."""

    key: str | None = None
    index: int | None = None
    lenient: bool = False


@lru_cache(maxsize=1024)
def path_of(program: str) -> tuple[Step, ...] | None:
    """The steps of a program that is nothing but a path; None for any other program."""
    text = program.strip()
    if text == ".":
        return ()
    steps: list[Step] = []
    # `.[0]` begins with a dot of its own; `[0]` alone builds a list instead.
    if not text.startswith("."):
        return None
    place = 0
    while place < len(text):
        match = _STEP.match(text, place)
        if match is None:
            return None
        _, index, bracketed, key, quoted, lenient = match.groups()
        name = next((part for part in (bracketed, key, quoted) if part is not None), None)
        steps.append(Step(name, None if index is None else int(index), bool(lenient)))
        place = match.end()
    return tuple(steps)


def follow(value: Value, path: tuple[Step, ...], meter: Meter) -> list[Value]:
    """All values at the end of a path."""
    values = [value]
    for step in path:
        found: list[Value] = []
        for item in values:
            try:
                found.extend(_taken(item, step))
            except TypeMismatchError:
                if not step.lenient:
                    raise
        meter.items(len(found))
        values = found
    return values


def _taken(value: Value, step: Step) -> list[Value]:
    if step.key is not None:
        if value is None:
            return [None]
        if isinstance(value, Mapping):
            return [value.get(step.key)]
        raise TypeMismatchError(f"jq: cannot take the key `{step.key}` of {type_name(value)}")
    if step.index is not None:
        if value is None:
            return [None]
        if isinstance(value, list):
            inside = -len(value) <= step.index < len(value)
            return [value[step.index] if inside else None]
        raise TypeMismatchError(f"jq: cannot take an index of {type_name(value)}")
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping):
        return list(value.values())
    raise TypeMismatchError(f"jq: cannot iterate over {type_name(value)}")
