"""Reads the lines that dbt prints with ``--log-format json``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_LEVELS: Final = {"debug": "DEBUG", "info": "INFO", "test": "INFO", "warn": "WARN"}


@dataclass(frozen=True)
class Told:
    """One event: how dbt names it, its level in our words, and the text for people."""

    event: str
    level: str
    message: str


def told(line: bytes) -> Told | None:
    """The event in a line; ``None`` if dbt did not print it, or not in this format."""
    if not line.startswith(b"{"):
        return None
    try:
        info = json.loads(line)["info"]
        message, level, event = info["msg"], info["level"], info.get("name")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not isinstance(message, str) or not isinstance(level, str):
        return None
    shown = _COLOURS.sub("", message).rstrip()
    return Told(str(event), _LEVELS.get(level.lower(), "ERROR"), shown)
