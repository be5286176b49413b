"""``core.http.SseRequest``: listens to a stream of events that a server sends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.json_text import read_json
from downbeat.sdk.task import Outputs
from flows.plugins.http.tasks import HttpTask

_FIELDS = {"event": "name", "data": "data", "id": "id", "retry": "retry", "": "comment"}


class SseRequest(HttpTask):
    """Reads server-sent events until the server ends the stream, or `maxEvents` have come.

    The `data` of an event that is JSON is read as such. With `concatJqExpression`, what the jq
    expression finds in each event (a map of `data`, `id`, `name`, `comment`, `retry`) is joined to
    one text. The data of all events together is bounded by `options.maxContentLength`; how long
    the next event may take, by `options.timeout.readIdleTimeout`.
    """

    type_name: ClassVar[str] = "core.http.SseRequest"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "uri": "The address that answered",
        "size": "How many events came",
        "events": "The events; null with concatJqExpression",
        "result": "What concatJqExpression found, joined; null without it",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "The words of an answer as they come",
            """id: listen
namespace: company.team
tasks:
  - id: answer
    type: core.http.SseRequest
    uri: https://example.com/answers/stream
    concatJqExpression: .data.text
    failedOnMissingJq: false
""",
        ),
    )

    concat_jq_expression: Dyn[Text | None] = None
    failed_on_missing_jq: Dyn[bool] = True
    max_events: Dyn[Annotated[int, Field(ge=1)] | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        events: list[dict[str, Any]] = []
        with self.response(ctx, accept="text/event-stream") as found:
            for event in events_of(bounded(found.iter_lines(), self.options.max_content_length)):
                events.append(event)
                if len(events) == self.max_events:
                    break
            uri = str(found.url)
        ctx.metric("size", len(events))
        result = self._joined(ctx, events) if self.concat_jq_expression else None
        return {
            "uri": uri,
            "size": len(events),
            "events": None if self.concat_jq_expression else events,
            "result": result,
        }

    def _joined(self, ctx: RunContext, events: Iterable[Mapping[str, Any]]) -> str:
        judge = ctx.expression("{{ event | jq(program) }}")
        texts: list[str] = []
        for event in events:
            found = judge({"event": event, "program": self.concat_jq_expression})
            if isinstance(found, list) and found and isinstance(found[0], str | int | float):
                texts.append(found[0] if isinstance(found[0], str) else json.dumps(found[0]))
            elif self.failed_on_missing_jq:
                raise TaskFailed(
                    f"'{self.concat_jq_expression}' finds no text in the event {json.dumps(event)}"
                    " ('failedOnMissingJq: false' leaves such events out)"
                )
        return "".join(texts)


def bounded(lines: Iterable[str], most: int) -> Iterator[str]:
    """The lines, as long as they are not too many."""
    size = 0
    for line in lines:
        size += len(line)
        if size > most:
            raise TaskFailed(
                f"The events are larger than {most} bytes; raise 'options.maxContentLength'"
            )
        yield line


def events_of(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The events of a stream: fields up to an empty line; lines of data are joined.

    What comes after the last empty line is no event.
    """
    event: dict[str, Any] = {}
    for line in lines:
        if line == "":
            if event:
                yield _read(event)
            event = {}
            continue
        field, _, value = line.partition(":")
        name = _FIELDS.get(field)
        if name is None:
            continue
        value = value.removeprefix(" ")
        event[name] = f"{event[name]}\n{value}" if name == "data" and name in event else value


def _read(event: dict[str, Any]) -> dict[str, Any]:
    retry = event.get("retry", "")
    if "retry" in event:
        event["retry"] = int(retry) if retry.isdecimal() else None
    if "data" in event:
        try:
            event["data"] = read_json(event["data"])
        except ValueError:
            return event
    return event
