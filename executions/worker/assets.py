"""What tasks say of the data that they read and write, in one form, and bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

MOST: Final = 1_000
"""Assets that one attempt may name."""
LONGEST_URI: Final = 2_000
"""Bytes; a longer name is no name, and no index could hold it."""
LARGEST_FACTS: Final = 256 * 1024
MOST_UPSTREAM: Final = 1_000
Kind = Literal["observed", "declared"]
_OWN: Final = frozenset({"uri", "id", "direction", "type", "name", "displayName", "upstream"})
_HOLDERS: Final = ("facts", "metadata")


def noted(
    said: Mapping[str, Any], *, direction: str | None = None, kind: Kind = "observed"
) -> dict[str, Any] | None:
    """An asset that somebody named; None if there is no usable name in it.

    ``uri`` (or ``id``), ``type``, ``name`` (or ``displayName``) and ``upstream`` are its own; the
    rest, and what stands in ``facts`` or ``metadata``, are facts about it.
    """
    uri = _name_of(said.get("uri") or said.get("id"))
    if uri is None:
        return None
    facts: dict[str, Any] = {}
    for holder in _HOLDERS:
        if isinstance(held := said.get(holder), Mapping):
            facts |= held
    facts |= {key: value for key, value in said.items() if key not in _OWN and key not in _HOLDERS}
    told = {key: facts.pop(key, None) for key in ("type", "name", "upstream")}
    upstream = said.get("upstream") or told["upstream"]
    listed = upstream if isinstance(upstream, list | tuple) else ()
    found = direction or said.get("direction")
    return {
        "uri": uri,
        "direction": "input" if found == "input" else "output",
        "kind": kind,
        "type": _text(said.get("type") or told["type"]),
        "name": _text(said.get("name") or said.get("displayName") or told["name"]),
        "upstream": [name for name in map(_name_of, listed[:MOST_UPSTREAM]) if name],
        "facts": _bounded(facts),
    }


def declared(said: Any) -> Iterator[dict[str, Any]]:
    """The assets that a source lists: maps of an ``id``, or names alone, under ``inputs`` and
    ``outputs``."""
    if not isinstance(said, Mapping):
        return
    for direction in ("input", "output"):
        listed = said.get(f"{direction}s")
        for item in listed if isinstance(listed, list | tuple) else ():
            one = item if isinstance(item, Mapping) else {"uri": item}
            found = noted(one, direction=direction, kind="declared")
            if found is not None:
                yield found


def _name_of(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    name = value.strip()
    usable = name and name.isprintable() and len(name.encode("utf-8", "replace")) <= LONGEST_URI
    return name if usable else None


def _text(value: Any) -> str | None:
    return str(value)[:500] if value not in (None, "") else None


def _bounded(facts: dict[str, Any]) -> dict[str, Any]:
    try:
        size = len(json.dumps(facts, default=str))
    except (ValueError, RecursionError):
        return {}
    return facts if size <= LARGEST_FACTS else {"omitted": f"{size} characters"}
