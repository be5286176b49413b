"""Slack's way of writing emphasis and links, from the one that people know from Markdown."""

from __future__ import annotations

import re
from typing import Final

_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_ITALIC: Final = re.compile(r"__(.+?)__")
_LINK: Final = re.compile(r"\[([^\[\]\n]+)\]\(([^()\s]+)\)")


def slack_markup(text: str) -> str:
    """``**b**`` as ``*b*``, ``__i__`` as ``_i_`` and ``[t](u)`` as ``<u|t>``; the rest as it is."""
    text = _LINK.sub(r"<\2|\1>", text)
    text = _BOLD.sub(r"*\1*", text)
    return _ITALIC.sub(r"_\1_", text)


def escaped(text: str) -> str:
    """Text that stands for itself: Slack reads three characters as its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
