"""``core.http.Trigger``: starts an execution when a server answers as it should."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Duration, Dyn, truth
from downbeat.sdk.records import RecordExpression
from downbeat.sdk.trigger import Fired, PollContext, Polled, PollingTrigger
from flows.plugins.http.options import RequestProperties
from flows.plugins.http.tasks import Request


class Trigger(RequestProperties, PollingTrigger):
    """Sends a request at an interval and starts an execution when the answer meets a condition.

    `responseCondition` sees `response.statusCode`, `response.body` and `response.headers`; without
    one, any status below 400 will do. `trigger.uri`, `trigger.code`, `trigger.headers` and
    `trigger.body` (or `trigger.encryptedBody`) hold the answer. Each poll whose answer meets the
    condition starts an execution: let the condition name what is new.
    """

    type_name: ClassVar[str] = "core.http.Trigger"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.plugin.fs.http.Trigger",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Start when a report is ready",
            """id: when_ready
namespace: company.team
tasks:
  - id: show
    type: core.log.Log
    message: "{{ json(trigger.body).rows }} rows"
triggers:
  - id: report
    type: core.http.Trigger
    uri: https://example.com/reports/today
    responseCondition: "{{ response.statusCode == 200 and json(response.body).ready }}"
    interval: PT30S
    stopAfter: [SUCCESS]
""",
        ),
    )

    interval: Duration = Field(default="PT1M", validate_default=True)
    response_condition: RecordExpression = "{{ response.statusCode < 400 }}"
    encrypt_body: Dyn[bool] = False

    def poll(self, ctx: PollContext) -> Polled:
        answer = dict(self._request().run(ctx))
        response = {
            "statusCode": answer["code"],
            "body": answer["body"],
            "headers": answer["headers"],
        }
        if not truth(ctx.expression(self.response_condition)({"response": response})):
            return Polled()
        if self.encrypt_body:
            answer |= _sealed(ctx, answer["body"])
        # The fence is new for every poll, and a poll whose lease was lost fires nothing.
        return Polled(fired=(Fired(key=f"poll:{ctx.run.fence}", variables=answer),))

    def _request(self) -> Request:
        """The request; the condition judges any status, so that none fails the poll."""
        own = {name: getattr(self, name) for name in _SHARED}
        return Request.model_construct(
            id=self.id, type=Request.type_name, **{**own, "allow_failed": True}
        )


def _sealed(ctx: RunContext, text: str | None) -> dict[str, Any]:
    return {"body": None, "encryptedBody": ctx.request("secret.seal", {"text": text or ""})}


_SHARED = (
    "uri", "method", "params", "body", "form_data", "content_type", "headers", "options",
    "ssl_options",
)  # fmt: skip
