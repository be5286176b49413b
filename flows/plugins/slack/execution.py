"""``slack.SlackExecution``: a message about an execution."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.json_text import read_json
from flows.plugins.slack.message import message_about, variables_of
from flows.plugins.slack.webhook import SlackTask


class SlackExecution(SlackTask):
    """Posts a message about an execution: its state, duration and failed task, and a link to it.

    It is about the execution that the task is part of, or the one that `executionId` names, which a
    flow that listens to others has as `{{ trigger.executionId }}`. `customMessage` and
    `customFields` are added to it; `channel`, `username`, `iconUrl` and `iconEmoji` are for webhooks
    that let them be chosen. The link is there if the instance knows its own address
    (`DOWNBEAT_PUBLIC_URL`). Of an execution of another namespace, the failed task is told only if that
    namespace lets this one in (`allowedNamespaces`).

    `templateUri` names a file, of the namespace (`nsfile:///alert.json`) or of internal storage,
    that is sent instead: Slack's JSON with expressions, which see `execution`, `link`, `startDate`,
    `duration`, `firstFailed`, `lastTask`, `customMessage`, `customFields` and what
    `templateRenderMap` holds. `payload` and `messageText` are read and have no effect.
    """

    type_name: ClassVar[str] = "slack.SlackExecution"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.plugin.notifications.slack.SlackExecution",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Tell a channel about every execution that fails",
            """id: failures_to_slack
namespace: company.team
tasks:
  - id: tell
    type: slack.SlackExecution
    url: "{{ secret('SLACK_WEBHOOK') }}"
    executionId: "{{ trigger.executionId }}"
    customMessage: Who has time to look?
    customFields:
      Team: Data
triggers:
  - id: failed
    type: core.trigger.Flow
    conditions:
      - type: core.condition.ExecutionStatus
        in: [FAILED, WARNING]
      - type: core.condition.ExecutionNamespace
        namespace: company
        prefix: true
""",
        ),
        (
            "Tell about the execution's own failure",
            """id: with_alert
namespace: company.team
tasks:
  - id: work
    type: core.execution.Fail
errors:
  - id: tell
    type: slack.SlackExecution
    url: "{{ secret('SLACK_WEBHOOK') }}"
    username: Downbeat
    iconEmoji: ":rotating_light:"
""",
        ),
    )

    execution_id: Dyn[Text] = "{{ execution.id }}"
    custom_fields: Dyn[dict[str, Any] | None] = None
    custom_message: Dyn[Text | None] = None
    channel: Dyn[Text | None] = None
    username: Dyn[Text | None] = None
    icon_url: Dyn[Text | None] = None
    icon_emoji: Dyn[Text | None] = None
    template_uri: Dyn[Text | None] = None
    template_render_map: Dyn[dict[str, Any] | None] = None

    def run(self, ctx: RunContext) -> None:
        named = None if "{{" in self.execution_id else self.execution_id
        execution = ctx.request("execution.read", {"execution_id": named})
        if self.template_uri:
            message = self._of_template(ctx, self.template_uri, execution)
        else:
            message = message_about(
                execution, fields=self.custom_fields or {}, words=self.custom_message
            )
        chosen = {
            "channel": self.channel,
            "username": self.username,
            "icon_url": self.icon_url,
            "icon_emoji": self.icon_emoji,
        }
        message.update({name: value for name, value in chosen.items() if value})
        self.post(ctx, json.dumps(message, ensure_ascii=False))

    def _of_template(self, ctx: RunContext, uri: str, execution: dict[str, Any]) -> dict[str, Any]:
        if not uri.startswith(("kestra://", "downbeat://")):
            uri = ctx.request("file.uri", {"path": uri.removeprefix("nsfile://").lstrip("/")})
        text = ctx.fetch(uri).read_text(encoding="utf-8")
        variables = {
            **variables_of(execution),
            "customMessage": self.custom_message,
            "customFields": self.custom_fields or {},
            **(self.template_render_map or {}),
        }
        rendered = ctx.expression(text)(variables)
        if isinstance(rendered, str):
            try:
                rendered = read_json(rendered)
            except ValueError as error:
                raise TaskFailed(f"What 'templateUri' renders to is not JSON: {error}") from None
        if not isinstance(rendered, dict):
            raise TaskFailed("What 'templateUri' renders to is not a JSON object")
        return rendered
