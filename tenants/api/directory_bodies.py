"""What clients send about directories."""

from __future__ import annotations

from pydantic import Field

from downbeat.common.api.bodies import Body


class DirectoryBody(Body):
    """A new directory."""

    name: str = Field(min_length=1, max_length=150)
    description: str = Field(default="", max_length=2000)


class DirectoryFactsBody(Body):
    """What may change of a directory."""

    name: str | None = Field(default=None, min_length=1, max_length=150)
    description: str | None = Field(default=None, max_length=2000)
    enabled: bool | None = None


class ExchangeBody(Body):
    """A wish for a new token; `atOnce` ends the old one now instead of a day later."""

    at_once: bool = False
