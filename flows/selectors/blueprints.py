"""Blueprints: flows that run as they are, to begin from. They ship with the package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import yaml

from flows.spec.registry import full_name

HEAD: Final = "# "


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A flow to begin from. The first lines of its file are comments that say what it is."""

    id: str
    title: str
    description: str
    tags: tuple[str, ...]
    included_tasks: tuple[str, ...]
    """Full names of the types it uses, each once."""
    source: str


@lru_cache(maxsize=1)
def blueprints() -> tuple[Blueprint, ...]:
    """All of them, by title. Read once."""
    folder = files("flows") / "blueprints"
    found = [
        _read(each.name.removesuffix(".yaml"), each.read_text(encoding="utf-8"))
        for each in folder.iterdir()
        if each.name.endswith(".yaml")
    ]
    return tuple(sorted(found, key=lambda one: one.title))


def blueprint(id: str) -> Blueprint | None:
    """One by its name; ``None`` if there is none."""
    return next((one for one in blueprints() if one.id == id), None)


def matching(text: str, tags: tuple[str, ...]) -> list[Blueprint]:
    """Those that have all tags, and the text in their title, description or types."""
    wanted = text.strip().lower()
    return [
        one
        for one in blueprints()
        if set(tags) <= set(one.tags)
        and wanted in " ".join((one.title, one.description, *one.included_tasks)).lower()
    ]


def _read(id: str, text: str) -> Blueprint:
    lines = text.splitlines(keepends=True)
    count = next(place for place, line in enumerate(lines) if not line.startswith(HEAD))
    facts = dict(line[len(HEAD) :].strip().split(": ", 1) for line in lines[:count])
    source = "".join(lines[count:])
    flow = yaml.safe_load(source)
    return Blueprint(
        id=id,
        title=facts["title"],
        description=str(flow.get("description") or "").strip(),
        tags=tuple(tag.strip() for tag in facts["tags"].split(",")),
        included_tasks=tuple(dict.fromkeys(full_name(name) for name in _types(flow))),
        source=source,
    )


def _types(part: Any) -> Iterator[str]:
    """Types of tasks and triggers; those of inputs and retries have no dot in them."""
    if isinstance(part, dict):
        name = part.get("type")
        if isinstance(name, str) and "." in name:
            yield name
        for inner in part.values():
            yield from _types(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _types(inner)
