"""Reads breakpoints from a request."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request


def breakpoints_of(request: Request) -> tuple[dict[str, Any], ...] | None:
    """`breakpoints=task` or `task.value`, comma-joined; None if the request says nothing."""
    text = request.query_params.get("breakpoints")
    if text is None:
        return None
    found = []
    for part in (part.strip() for part in text.split(",") if part.strip()):
        task, separator, value = part.partition(".")
        found.append({"id": task, "value": value} if separator else {"id": task})
    return tuple(found)
