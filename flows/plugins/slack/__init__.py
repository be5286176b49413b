"""Slack: messages to channels."""

from __future__ import annotations

from downbeat.sdk.connection import Connection
from flows.plugins.slack.connection import SlackConnection
from flows.plugins.slack.execution import SlackExecution
from flows.plugins.slack.webhook import SlackIncomingWebhook

PLUGINS: tuple[type, ...] = (SlackExecution, SlackIncomingWebhook)
CONNECTIONS: tuple[type[Connection], ...] = (SlackConnection,)
