"""Tasks that write a log line or make a value: ``Log``, ``Return``, ``Echo``, ``OutputValues``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from downbeat.sdk.context import InlineContext
from downbeat.sdk.effects import Level, LogLine, MetricValue
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import InlineResult, InlineTask

LogLevel = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]


def as_line(value: object) -> str:
    """One message: text as it is, anything else as compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


class Log(InlineTask):
    """Writes one message, or several, to the log."""

    type_name: ClassVar[str] = "core.log.Log"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.log.Log",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "A message",
            """id: hello
namespace: company.team
tasks:
  - id: say
    type: core.log.Log
    message: Hello from {{ flow.id }}
    level: INFO
""",
        ),
    )

    message: Dyn[Text | list[Any]]
    level: Dyn[LogLevel] = "INFO"

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        messages = self.message if isinstance(self.message, list) else [self.message]
        level: Level = self.level
        return InlineResult(effects=tuple(LogLine(level, as_line(item)) for item in messages))


class Return(InlineTask):
    """Renders a text and gives it as the output ``value``."""

    type_name: ClassVar[str] = "core.debug.Return"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.debugs.Return",)
    outputs_schema: ClassVar[Mapping[str, str]] = {"value": "The rendered text"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "A value for later tasks",
            """id: make_value
namespace: company.team
tasks:
  - id: stamp
    type: core.debug.Return
    format: "{{ flow.id }} at {{ taskrun.startDate }}"
""",
        ),
    )

    format: Dyn[Text | None] = None

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        if self.format is None:
            return InlineResult(outputs={"value": None})
        length = MetricValue("length", len(self.format), tags={"format": "text"})
        return InlineResult(outputs={"value": self.format}, effects=(length,))


class Echo(InlineTask):
    """Writes a message to the log."""

    type_name: ClassVar[str] = "core.debug.Echo"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Write a value to the log",
            """id: echo
namespace: company.team
tasks:
  - id: show
    type: core.debug.Echo
    format: "{{ flow.id }}"
""",
        ),
    )
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.debugs.Echo",)
    deprecated: ClassVar[str | None] = "core.log.Log"

    format: Dyn[Text | None] = None
    level: Dyn[LogLevel] = "INFO"

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        level: Level = self.level
        return InlineResult(effects=(LogLine(level, self.format or ""),))


class OutputValues(InlineTask):
    """Publishes a map of rendered values as the output ``values``."""

    type_name: ClassVar[str] = "core.output.OutputValues"
    outputs_schema: ClassVar[Mapping[str, str]] = {"values": "The rendered values"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Two values",
            """id: publish
namespace: company.team
tasks:
  - id: facts
    type: core.output.OutputValues
    values:
      run: "{{ execution.id }}"
      kind: nightly
""",
        ),
    )

    values: Dyn[dict[str, Any] | None] = None

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        return InlineResult(outputs={"values": dict(self.values or {})})


PLUGINS: tuple[type, ...] = (Log, Return, Echo, OutputValues)
