"""Builds plain data from YAML events, counting as it goes; used by ``source`` only."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

_INT: Final = re.compile(r"[-+]?[0-9]{1,300}")
_OCTAL: Final = re.compile(r"0o[0-7]{1,100}")
_HEX: Final = re.compile(r"0x[0-9a-fA-F]{1,100}")
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]{1,300}|[0-9]{1,300}(?:\.[0-9]{0,300})?)(?:[eE][-+]?[0-9]{1,4})?"
)
_WORDS: Final[dict[str, Any]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_TAGS: Final = {
    "tag:yaml.org,2002:str": "str",
    "tag:yaml.org,2002:int": "plain",
    "tag:yaml.org,2002:float": "plain",
    "tag:yaml.org,2002:bool": "plain",
    "tag:yaml.org,2002:null": "plain",
    "tag:yaml.org,2002:map": "map",
    "tag:yaml.org,2002:seq": "seq",
    "!": "str",
}
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a source may be; beyond it there is a diagnostic instead of work."""

    characters: int = 1_048_576
    depth: int = 100
    nodes: int = 30_000
    expanded: int = 60_000
    """Nodes after aliases and merge keys stand for what they name."""


class Refused(Exception):
    """Reading stopped at a place in the text."""

    def __init__(self, code: str, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.code, self.message, self.line, self.column = code, message, line, column


class Mark:
    """Where a part stands (from 0), and its parts by key or index."""

    __slots__ = ("column", "inside", "line", "weight")

    def __init__(self, line: int, column: int) -> None:
        self.line, self.column = line, column
        self.inside: dict[str | int, Place] | None = None
        self.weight = 1


Place = Mark | int
"""Where a part stands; a whole number if nothing stands inside it: most parts are such, and plain
numbers cost the garbage collector nothing."""
_COLUMNS: Final = 1 << 32


def line_and_column(place: Place) -> tuple[int, int]:
    """Line and column of a part, from 0."""
    if isinstance(place, int):
        return divmod(place, _COLUMNS)
    return place.line, place.column


def _weight(place: Place) -> int:
    return 1 if isinstance(place, int) else place.weight


def read_document(text: str, limits: Limits) -> tuple[Any, Mark]:
    """Data and marks of the only document of a text; raises ``Refused``."""
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start())
        column = control.start() - (text.rfind("\n", 0, control.start()) + 1)
        message = f"The character U+{ord(control[0]):04X} is not allowed in YAML"
        raise Refused("yaml.character", message, line, column)
    try:
        return _Reader(text, limits).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"{error.problem or error.context or 'it cannot be read'}"
        line, column = (mark.line, mark.column) if mark else (0, 0)
        raise Refused("yaml.syntax", f"Invalid YAML: {problem}", line, column) from None
    except yaml.YAMLError as error:
        raise Refused("yaml.syntax", f"Invalid YAML: {error}", 0, 0) from None


class _Reader:
    def __init__(self, text: str, limits: Limits) -> None:
        self._next: Callable[[], Any] = yaml.CSafeLoader(text).get_event
        self._limits = limits
        self._nodes = 0
        self._expanded = 0
        self._anchors: dict[str, tuple[Any, Place]] = {}

    def document(self) -> tuple[Any, Mark]:
        self._next()
        event = self._next()
        if isinstance(event, StreamEndEvent):
            return None, Mark(0, 0)
        value, place = self._node(self._next(), 0)
        self._next()
        event = self._next()
        if not isinstance(event, StreamEndEvent):
            raise self._refused(event, "yaml.one_document", "Expected one YAML document only")
        return value, Mark(*line_and_column(place)) if isinstance(place, int) else place

    def _node(self, event: Event, depth: int) -> tuple[Any, Place]:
        self._count(event)
        if type(event) is ScalarEvent:
            place = _place(event)
            value = self._scalar(event)
            if event.anchor:
                self._anchors[event.anchor] = (value, place)
            return value, place
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if depth >= self._limits.depth:
            raise self._refused(event, "yaml.too_deep", f"Deeper than {self._limits.depth} levels")
        if isinstance(event, MappingStartEvent):
            return self._map(event, depth)
        if isinstance(event, SequenceStartEvent):
            return self._list(event, depth)
        raise self._refused(event, "yaml.syntax", "Unexpected content")

    def _count(self, event: Event) -> None:
        self._nodes += 1
        self._expanded += 1
        if self._nodes > self._limits.nodes:
            message = f"More than {self._limits.nodes} nodes"
            raise self._refused(event, "yaml.too_many_nodes", message)

    def _alias(self, event: AliasEvent) -> tuple[Any, Place]:
        name = str(event.anchor)
        if name not in self._anchors:
            raise self._refused(event, "yaml.unknown_anchor", f"There is no anchor '{name}'")
        value, named = self._anchors[name]
        self._grow(_weight(named), event)
        if isinstance(named, int):
            return value, _place(event)
        mark = _mark(event)
        mark.inside, mark.weight = named.inside, named.weight
        return value, mark

    def _grow(self, weight: int, event: Event) -> None:
        self._expanded += weight
        if self._expanded > self._limits.expanded:
            message = f"Anchors expand to more than {self._limits.expanded} nodes"
            raise self._refused(event, "yaml.bomb", message)

    def _list(self, event: SequenceStartEvent, depth: int) -> tuple[list[Any], Mark]:
        self._check_tag(event, "seq")
        mark = _mark(event)
        mark.inside = {}
        items: list[Any] = []
        while not isinstance(following := self._next(), SequenceEndEvent):
            value, inside = self._node(following, depth + 1)
            mark.inside[len(items)] = inside
            mark.weight += _weight(inside)
            items.append(value)
        if event.anchor:
            self._anchors[event.anchor] = (items, mark)
        return items, mark

    def _map(self, event: MappingStartEvent, depth: int) -> tuple[dict[str, Any], Mark]:
        self._check_tag(event, "map")
        mark = _mark(event)
        found: dict[str, Any] = {}
        mark.inside, merges = {}, []
        while type(following := self._next()) is not MappingEndEvent:
            key, at_key = self._key(following), _place(following)
            content = self._next()
            value, place = self._value(content, at_key, depth)
            mark.weight += _weight(place)
            if key == "<<" and type(following) is ScalarEvent and following.implicit[0]:
                merges.append((value, place, following))
                continue
            if key in found:
                raise self._refused(following, "yaml.duplicate_key", f"Duplicate key '{key}'")
            found[key] = value
            mark.inside[key] = place
        for value, inside, at in merges:
            self._merge(found, mark.inside, value, inside, at)
        if event.anchor:
            self._anchors[event.anchor] = (found, mark)
        return found, mark

    def _value(self, event: Event, at_key: int, depth: int) -> tuple[Any, Place]:
        """A value of a map; it stands where its key stands."""
        if type(event) is ScalarEvent and not event.anchor:
            self._count(event)
            return self._scalar(event), at_key
        value, inside = self._node(event, depth + 1)
        if isinstance(inside, int):
            return value, at_key
        mark = Mark(*line_and_column(at_key))
        mark.inside, mark.weight = inside.inside, inside.weight
        return value, mark

    def _merge(
        self,
        found: dict[str, Any],
        inside_map: dict[str | int, Place],
        value: Any,
        inside: Place,
        at: Event,
    ) -> None:
        """Takes over the keys of other maps that are not there yet; the first of several wins."""
        sources = value if isinstance(value, list) else [value]
        for source in sources:
            if not isinstance(source, dict):
                raise self._refused(at, "yaml.merge", "'<<' takes a map, or a list of maps")
            self._grow(len(source), at)
            for key, item in source.items():
                if key not in found:
                    found[key] = item
                    inside_map[key] = inside

    def _key(self, event: Event) -> str:
        self._nodes += 1
        if isinstance(event, AliasEvent):
            value, _ = self._alias(event)
        elif isinstance(event, ScalarEvent):
            value = self._scalar(event)
            if value is not None and not isinstance(value, str):
                return str(event.value)
        else:
            raise self._refused(event, "yaml.key", "A key is text, not a list or a map")
        if not isinstance(value, str):
            raise self._refused(event, "yaml.key", "A key is text, not null")
        return value

    def _scalar(self, event: ScalarEvent) -> Any:
        text = str(event.value)
        if event.tag is not None:
            return self._tagged(event, text)
        return plain_value(text) if event.implicit[0] else text

    def _tagged(self, event: ScalarEvent, text: str) -> Any:
        kind = _TAGS.get(str(event.tag))
        if kind == "str":
            return text
        if kind != "plain":
            raise self._refused(event, "yaml.unknown_tag", f"Unknown tag '{event.tag}'")
        return plain_value(text)

    def _check_tag(self, event: MappingStartEvent | SequenceStartEvent, kind: str) -> None:
        if event.tag is not None and _TAGS.get(str(event.tag)) not in (kind, "str"):
            raise self._refused(event, "yaml.unknown_tag", f"Unknown tag '{event.tag}'")

    def _refused(self, event: Event, code: str, message: str) -> Refused:
        mark = _mark(event)
        return Refused(code, message, mark.line, mark.column)


def _place(event: Event) -> int:
    start = event.start_mark
    return start.line * _COLUMNS + start.column if start is not None else 0


def _mark(event: Event) -> Mark:
    start = event.start_mark
    return Mark(start.line, start.column) if start is not None else Mark(0, 0)


def plain_value(text: str) -> Any:
    """What an unquoted scalar stands for in YAML 1.2's core schema; else its text."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if not (first.isdigit() or first in "+-."):
        return text
    if _INT.fullmatch(text):
        return _bounded(int(text), text)
    if _OCTAL.fullmatch(text):
        return _bounded(int(text[2:], 8), text)
    if _HEX.fullmatch(text):
        return _bounded(int(text, 16), text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if abs(number) != float("inf") else text
    return text


def _bounded(number: int, text: str) -> int | str:
    """A whole number of at most 64 bits; a longer one stays the text it is, digit for digit."""
    return number if -(2**63) <= number < 2**63 else text
