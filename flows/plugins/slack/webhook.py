"""``slack.SlackIncomingWebhook``, and what it shares with messages about executions."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from downbeat.sdk.connection import need, resolved
from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.json_text import read_json
from downbeat.sdk.task import RunnableTask
from flows.plugins.slack.connection import SlackConnection
from flows.plugins.slack.markup import slack_markup
from flows.plugins.slack.sending import RequestOptions, send


class SlackTask(RunnableTask, SlackConnection):
    """A task that posts one message to an incoming webhook."""

    payload: Dyn[Text | dict[str, Any] | None] = None
    message_text: Dyn[Text | None] = None
    options: RequestOptions | None = None

    def post(self, ctx: RunContext, body: str) -> None:
        """Sends the message to the webhook that the task, a connection or the worker names."""
        found = resolved(ctx, self, SlackConnection)
        need(ctx, found, "url")
        send(ctx, found.url or "", body, self.options or RequestOptions())


class SlackIncomingWebhook(SlackTask):
    """Posts a message to a Slack channel by an incoming webhook.

    `payload` is the message as [Slack's JSON](https://docs.slack.dev/messaging/), text or a map;
    it goes before `messageText`, which is a text with `**bold**`, `__italic__` and `[links](https://…)`,
    or such JSON. While Slack has too much to do, the message is sent again as late as Slack wants.
    A message is sent at least once: an attempt after a lost worker sends it only if it is not known
    to have been taken.
    """

    type_name: ClassVar[str] = "slack.SlackIncomingWebhook"
    aliases: ClassVar[tuple[str, ...]] = (
        "io.kestra.plugin.notifications.slack.SlackIncomingWebhook",
    )
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Say that a flow has failed",
            """id: with_alert
namespace: company.team
tasks:
  - id: work
    type: core.execution.Fail
errors:
  - id: alert
    type: slack.SlackIncomingWebhook
    url: "{{ secret('SLACK_WEBHOOK') }}"
    messageText: "**{{ flow.id }}** has failed: execution {{ execution.id }}"
""",
        ),
        (
            "Send blocks",
            """id: report
namespace: company.team
tasks:
  - id: tell
    type: slack.SlackIncomingWebhook
    url: "{{ secret('SLACK_WEBHOOK') }}"
    payload: |
      {
        "text": "The report is ready",
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "The *report* is ready"}}]
      }
""",
        ),
    )

    def run(self, ctx: RunContext) -> None:
        self.post(ctx, self._body())

    def _body(self) -> str:
        match self.payload:
            case str() as text if text.strip():
                return text
            case dict() as message:
                return json.dumps(message, ensure_ascii=False)
            case _:
                pass
        if not (self.message_text or "").strip():
            raise TaskFailed("There is nothing to send: give 'payload' or 'messageText'")
        return as_message(self.message_text or "")


def as_message(text: str) -> str:
    """A JSON object as it is; any other text as a message with Slack's markup."""
    try:
        if isinstance(read_json(text), dict):
            return text
    except ValueError:
        pass
    return json.dumps({"text": slack_markup(text)}, ensure_ascii=False)
