"""A generated page, and the Markdown that pages are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

GENERATED = "<!-- Generated from the code by `make docs`; edits here are lost. -->"
_SHORTEST_FENCE = "```"


@dataclass(frozen=True)
class Page:
    """One file below `docs/reference/`."""

    path: str
    text: str


def page(path: str, title: str, *parts: str) -> Page:
    """A page of parts with a blank line between them."""
    held = (f"# {title}", GENERATED, *(part.strip("\n") for part in parts if part.strip()))
    return Page(path, "\n\n".join(held) + "\n")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown, line breaks in them become spaces."""
    lines = [_row(heads), _row(["---"] * len(heads))]
    lines += [_row([cell(text) for text in row]) for row in rows]
    return "\n".join(lines)


def cell(text: str) -> str:
    """Text as the cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Inline code, also of text that holds backticks."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def block(text: str, language: str = "") -> str:
    """A block of code; its fence is longer than any that the text holds."""
    fences = re.findall(r"^\s*(`{3,})", text, re.MULTILINE)
    fence = max([_SHORTEST_FENCE, *(held + "`" for held in fences)], key=len)
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}"


def prose(text: str) -> str:
    """A docstring as Markdown."""
    return re.sub(r"``(.+?)``", r"`\1`", text.strip())


def first_line(text: str) -> str:
    """The first paragraph of a docstring as one line of Markdown."""
    return prose(" ".join(text.strip().partition("\n\n")[0].split()))


def anchor(heading: str) -> str:
    """What a link to a heading ends with."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
