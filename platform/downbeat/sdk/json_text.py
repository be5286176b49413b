"""JSON in texts that somebody else wrote."""

from __future__ import annotations

import json
from typing import Any


def read_json(text: str | bytes) -> Any:
    """The value that a JSON text stands for.

    Raises ``ValueError`` for every text that is none, also for one that is nested so deeply that
    Python cannot read it: ``json.loads`` ends that one with ``RecursionError``.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
