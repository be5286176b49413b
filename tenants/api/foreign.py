"""Requests that a page of another site makes in its visitor's name."""

from __future__ import annotations

from urllib.parse import urlsplit

from rest_framework.request import Request

from tenants.errors import ForeignLogin


def refuse_foreign(request: Request) -> None:
    """A page of another site could log its visitor in as somebody else; raises ForeignLogin."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.get_host()
    if foreign or request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise ForeignLogin
