"""The page of example flows: those that the acceptance tests run, word for word."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import yaml

from tools.docs.page import Page, block, page

FOLDER: Final = Path(__file__).resolve().parents[2] / "tests" / "examples"
TITLES: Final = {
    "examples.groups": "Order: one after the other, side by side, in loops",
    "examples.waiting": "Waiting: for time, for people",
    "examples.failures": "What happens when something fails",
    "examples.rules": "Rules: agreements, checks, what follows the end",
    "examples.data": "Data: inputs, values, files, secrets",
    "examples.directories": "Tasks that share a folder",
    "examples.scripts": "Scripts",
    "examples.triggers": "Triggers",
}
_INTRO: Final = """
Every flow on this page is a file of [tests/examples](../../tests/examples), and the acceptance tests
run it on a real server. Take one, change its namespace, and go on from there.
"""


def pages() -> Iterator[Page]:
    """One page, a section for each subject."""
    flows = [_read(path) for path in sorted(FOLDER.glob("*.yaml"))]
    order = list(TITLES)
    flows.sort(key=lambda found: (order.index(found[0]["namespace"]), found[0]["id"]))
    parts = [_INTRO]
    for namespace, group in groupby(flows, key=lambda found: str(found[0]["namespace"])):
        parts.append(f"## {TITLES[namespace]}")
        parts += [part for head, text in group for part in _section(head, text)]
    yield page("examples.md", "Example flows", *parts)


def _read(path: Path) -> tuple[dict[str, Any], str]:
    text = path.read_text(encoding="utf-8")
    return yaml.safe_load(text), text


def _section(head: dict[str, Any], text: str) -> Iterator[str]:
    yield f"### {head['id']}"
    yield " ".join(str(head["description"]).split())
    yield block(text, "yaml")
