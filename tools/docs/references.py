"""All generated pages, and how they differ from the files that are there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tools.docs.page import Page

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "docs" / "reference"


def generated() -> Iterator[Page]:
    """Every page; nothing of the caller's environment shows in them."""
    _load_django()
    from tools.docs import (
        commands,
        errors,
        examples,
        expressions,
        flow,
        openapi,
        routes,
        settings,
        types,
    )

    for part in (settings, flow, types, examples, expressions, commands, routes, openapi, errors):
        yield from part.pages()


def write(folder: Path = FOLDER) -> list[str]:
    """Writes what differs and removes what is no longer made; gives the names of both."""
    texts = {page.path: page.text for page in generated()}
    changed = _differences(texts, folder)
    for name in changed:
        path = folder / name
        if name in texts:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[name], encoding="utf-8")
        else:
            path.unlink()
    return changed


def outdated(folder: Path = FOLDER) -> list[str]:
    """The names of files that differ from the code, are missing, or should not be there."""
    return _differences({page.path: page.text for page in generated()}, folder)


def _differences(texts: Mapping[str, str], folder: Path) -> list[str]:
    there = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }
    return sorted(name for name in {*texts, *there} if texts.get(name) != there.get(name))


def _load_django() -> None:
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "downbeat.settings")
        django.setup()
