"""The page of all DOWNBEAT_* variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from downbeat.settings.catalogue import PREFIX, SETTINGS, reference
from tools.docs.page import Page, code, page

_INTRO: Final = f"""
Everything is set by environment variables. A variable that begins with `{PREFIX}` and is not in
these tables stops the process and names the nearest one that is. Durations are seconds, flags are
`1` or `0`, and folders by namespace are written `company.*=/data:/srv;other=/tmp` or as JSON.
"""


def pages() -> Iterator[Page]:
    """One page."""
    tables = reference().partition("\n")[2]
    secret = ", ".join(code(item.variable) for item in SETTINGS.values() if item.secret)
    kept = f"These hold secrets, better given by a file: {secret}."
    yield page("settings.md", "Settings", _INTRO, tables, kept)
