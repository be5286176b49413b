"""The documentation agrees with the code, and its links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from tools.docs.page import anchor
from tools.docs.references import outdated

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changes").glob("*.md")]
)
IDS = [str(page.relative_to(ROOT)) for page in PAGES]
FRAGMENTS = {page for page in PAGES if page.parent.name == "changes" and page.stem != "README"}
FENCE = re.compile(r"^(`{3,}).*?^\1\s*$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
DEFINITION = re.compile(r"^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
ELSEWHERE = ("http://", "https://", "mailto:")


def _links(page: Path) -> Iterator[str]:
    text = INLINE_CODE.sub("`", FENCE.sub("", page.read_text(encoding="utf-8")))
    yield from LINK.findall(text)
    yield from DEFINITION.findall(text)


@cache
def _anchors(page: Path) -> frozenset[str]:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return frozenset(anchor(heading.replace("`", "")) for heading in HEADING.findall(text))


def _broken(page: Path, link: str) -> str | None:
    path, _, fragment = unquote(link).partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(ROOT):
        return f"{link} leaves the repository"
    if not target.exists():
        return f"{link} does not exist"
    if fragment and target.suffix == ".md" and fragment not in _anchors(target):
        return f"{link} has no such heading"
    return None


def test_the_references_are_what_the_code_says() -> None:
    assert outdated() == [], "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_leads_somewhere(page: Path) -> None:
    inside = [link for link in _links(page) if not link.startswith(ELSEWHERE)]

    assert [broken for link in inside if (broken := _broken(page, link))] == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_a_page_has_one_title(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))

    # A fragment is a sentence of a changelog that is still to be written.
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == (0 if page in FRAGMENTS else 1)


def test_every_page_of_the_documentation_can_be_reached() -> None:
    reached: set[Path] = set()
    pending = [ROOT / "README.md"]
    while pending:
        page = pending.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        links = (link.partition("#")[0] for link in _links(page) if not link.startswith(ELSEWHERE))
        pending += [(page.parent / link).resolve() for link in links if link]

    lost = [page for page in (ROOT / "docs").rglob("*.md") if page not in reached]

    assert [str(page.relative_to(ROOT)) for page in lost] == []
