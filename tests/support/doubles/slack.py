"""Slack's incoming webhooks on the wire, after their documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.support.doubles.wire import Answer, Asked, HttpDouble

PATH: Final = "/services/T000/B000/very-secret-part"


class SlackDouble(HttpDouble):
    """A webhook; ``messages`` are those that it took."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Any] = []

    @property
    def webhook(self) -> str:
        """The webhook's address, which is a secret."""
        return f"{self.url}{PATH}"

    def named(self, method: str, path: str) -> str:
        return "post" if (method, path) == ("POST", PATH) else "unknown"

    def answered(self, asked: Asked, query: Mapping[str, str]) -> Answer:
        if asked.what != "post":
            return Answer(404, "no_team")
        if not isinstance(asked.body, dict):
            return Answer(400, "invalid_payload")
        if not asked.body.keys() & {"text", "blocks", "attachments"}:
            return Answer(400, "no_text")
        self.messages.append(asked.body)
        return Answer(200, "ok")
