"""Where messages go: the address of an incoming webhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from downbeat.sdk.connection import Connection, need
from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Dyn, Text


class SlackConnection(Connection):
    """An incoming webhook of Slack: whoever knows its address may post."""

    connection_type: ClassVar[str] = "slack"
    secret_values: ClassVar[frozenset[str]] = frozenset({"url"})
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {"url": ("SLACK_WEBHOOK_URL",)}

    url: Dyn[Text | None] = None

    def check(self, ctx: RunContext) -> str:
        from flows.plugins.slack.sending import knock

        need(ctx, self, "url")
        return knock(ctx, self.url or "")
