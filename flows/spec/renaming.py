"""Where sources name namespaces, and the same sources with other names in those places.

Pure. A name is replaced where it stands, so that comments, order and quotes stay as their author
wrote them; a source is read again afterwards, and only a result that says exactly what was meant
counts. What cannot be replaced so is told with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flows.spec.source import Document, parse_source

Steps = tuple[str | int, ...]
OWN: Final[Steps] = ("namespace",)

_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_OWN_LINE: Final = re.compile(
    r"^namespace[ \t]*:[ \t]*(['\"]?)([\w.-]*)\1[ \t]*(?=\r?$|[ \t]#)", re.M
)
_OWN_KEY: Final = re.compile(r"^[\"']?namespace[\"']?[ \t]*:", re.M)
_OWN_BLOCK: Final = re.compile(r"^namespace[ \t]*:.*(?:\n(?:[ \t]+.*|[ \t]*)(?=\n|\Z))*", re.M)
_PROPERTIES: Final = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]+)*")
_KEY: Final = re.compile("namespaces?$|^namespaceid$", re.IGNORECASE)
_CALLED: Final = re.compile(r"namespace\s*=\s*(['\"])([\w.-]+)\1")
_ADDRESS: Final = re.compile(r"(?:kestra|downbeat):///([\w./-]+)")


@dataclass(frozen=True, slots=True)
class Named:
    """A place in a source that names a namespace."""

    steps: Steps
    namespace: str
    line: int
    column: int
    text: str
    whole: bool
    """The value is the name and nothing else; otherwise it stands in an expression or address."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A source with other names, the places where they were put, and what still has the old ones."""

    source: str
    put: Mapping[Steps, str]
    left: tuple[Named, ...] = ()


def namings(document: Document, moves: Mapping[str, str]) -> Iterator[Named]:
    """The places in a source, but for its own namespace, that name one of some namespaces."""
    for steps, value in _texts(document.data, ()):
        if steps == OWN:
            continue
        whole = value in moves and _names_one(document.data, steps, value)
        found = [value] if whole else list(_inside(value, moves))
        line, column = document.position(steps) if found else (0, 0)
        for name in dict.fromkeys(found):
            yield Named(steps, name, line, column, value, whole)


def renamed(source: str, own: str, moves: Mapping[str, str]) -> Renamed | None:
    """The source of a flow that lives in ``own``, which has moved; None if it cannot be rewritten.

    ``moves`` are new paths by old ones, of a namespace and those below it.

    Its own namespace is replaced, and each other place that is nothing but a name. One that cannot
    be replaced as it is written stays, and is told. A source that nobody can read stays as it is.
    """
    quick = _quickly(source, own, moves)
    if quick is not None:
        return Renamed(quick, {OWN: moves[own]})
    document = parse_source(source)
    if document.diagnostics:
        return Renamed(source, {})
    if not isinstance(document.data, dict) or document.data.get("namespace") != own:
        return None
    named = list(namings(document, moves))
    wanted = {OWN: moves[own]} | {one.steps: moves[one.namespace] for one in named if one.whole}
    found, put = _replaced(source, document, wanted)
    if OWN not in put:
        return None
    return Renamed(found, put, tuple(one for one in named if one.steps not in put))


def replaced_in(data: Any, put: Mapping[Steps, str]) -> Any:
    """Plain data with texts put at places; what is not on the way stays the same object."""
    for steps, text in put.items():
        data = _with(data, steps, text)
    return data


def _quickly(source: str, own: str, moves: Mapping[str, str]) -> str | None:
    """The usual case without reading: one line says the namespace, and nothing else names any."""
    lines = list(_OWN_LINE.finditer(source))
    if len(lines) != 1 or len(_OWN_KEY.findall(source)) != 1 or lines[0][2] != own:
        return None
    if source.count(min(moves, key=len)) > 1:
        return None
    start, end = lines[0].span(2)
    new = moves[own] if lines[0][1] else _scalar(moves[own])
    return source[:start] + new + source[end:]


def _texts(data: Any, steps: Steps) -> Iterator[tuple[Steps, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*steps, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from _texts(value, (*steps, place))
    elif isinstance(data, str):
        yield steps, data


def _names_one(data: Any, steps: Steps, value: str) -> bool:
    """Whether a value is the name of a namespace by where it stands, and not a word like it."""
    above = _at(data, steps[:-1])
    if isinstance(above, dict) and str(above.get("field")).upper() == "NAMESPACE":
        return True
    if isinstance(above, list) and len(steps) > 2:
        outer = _at(data, steps[:-2])
        if isinstance(outer, dict) and str(outer.get("field")).upper() == "NAMESPACE":
            return True
    key = next((step for step in reversed(steps) if isinstance(step, str)), "")
    return _KEY.search(key) is not None


def _inside(text: str, moves: Mapping[str, str]) -> Iterator[str]:
    """Namespaces that expressions in a text name, and those whose files it addresses."""
    if "{{" in text or "{%" in text:
        yield from (found[2] for found in _CALLED.finditer(text) if found[2] in moves)
    for found in _ADDRESS.finditer(text):
        parts = found[1].split("/")
        above = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
        yield from [path for path in above if path in moves][:1]


def _replaced(
    source: str, document: Document, wanted: Mapping[Steps, str]
) -> tuple[str, dict[Steps, str]]:
    """The source with as many of the wanted texts as can be put where they stand."""
    lines = _starts(source)
    edits: list[tuple[int, int, Steps, str]] = []
    for steps, text in wanted.items():
        span = _span(source, lines, document, steps)
        if span is not None:
            edits.append((*span, steps, text))
    found, put = source, dict[Steps, str]()
    for start, end, steps, text in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        changed = found[:start] + _like(found[start:end], text) + found[end:]
        if _says(changed, document.data, {**put, steps: text}):
            found, put = changed, {**put, steps: text}
    if OWN in wanted and OWN not in put:
        block = _OWN_BLOCK.sub(lambda _: f"namespace: {_scalar(wanted[OWN])}", found, count=1)
        if _says(block, document.data, {**put, OWN: wanted[OWN]}):
            found, put = block, {**put, OWN: wanted[OWN]}
    return found, put


def _says(source: str, data: Any, put: Mapping[Steps, str]) -> bool:
    """Whether a source says what the data says with the texts put in, and nothing else."""
    return bool(parse_source(source).data == replaced_in(data, put))


def _starts(source: str) -> list[int]:
    return [0, *(found.end() for found in _BREAK.finditer(source))]


def _span(
    source: str, lines: list[int], document: Document, steps: Steps
) -> tuple[int, int] | None:
    """Where a value stands that is written on one line, as itself, quoted, or as an alias."""
    line, column = document.position(steps)
    if line > len(lines):
        return None
    start = lines[line - 1] + column - 1
    if isinstance(steps[-1], str):  # a value in a map stands where its key does
        key = re.compile(rf"(['\"]?){re.escape(steps[-1])}\1\s*:\s*").match(source, start)
        start = key.end() if key else start
    properties = _PROPERTIES.match(source, start)
    start = properties.end() if properties else start
    value = re.escape(str(_at(document.data, steps)))
    found = re.compile(rf"'{value}'|\"{value}\"|{value}(?![\w.-])|\*[^\s,\[\]{{}}]+").match(
        source, start
    )
    return (start, found.end()) if found else None


def _like(old: str, new: str) -> str:
    """The new text, quoted as the old one was."""
    return f"{old[0]}{new}{old[0]}" if old[:1] in {"'", '"'} else _scalar(new)


def _scalar(text: str) -> str:
    """A name as YAML reads it as text: one like a number or a word of YAML is quoted."""
    read = parse_source(f"a: {text}").data
    return text if read == {"a": text} else f'"{text}"'


def _at(data: Any, steps: Steps) -> Any:
    for step in steps:
        data = data[step]
    return data


def _with(data: Any, steps: Steps, text: str) -> Any:
    if not steps:
        return text
    if isinstance(data, dict):
        return {**data, steps[0]: _with(data[steps[0]], steps[1:], text)}
    place = int(steps[0])
    return [*data[:place], _with(data[place], steps[1:], text), *data[place + 1 :]]
