"""Tasks on logs: fetch those of an execution, purge old ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.core.messages import LogLevel
from flows.plugins.core.moments import Moment, wire


class Fetch(RunnableTask):
    """Writes the log of an execution to a file with one JSON object per line."""

    type_name: ClassVar[str] = "core.log.Fetch"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.log.Fetch",)
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "uri": "The file",
        "size": "How many lines it has",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Keep the log as a file",
            """id: keep_log
namespace: company.team
tasks:
  - id: work
    type: core.log.Log
    message: at work
  - id: log
    type: core.log.Fetch
    level: INFO
""",
        ),
    )

    namespace: Dyn[Text | None] = None
    flow_id: Dyn[Text | None] = None
    execution_id: Dyn[Text | None] = None
    tasks_id: Dyn[list[Text] | None] = None
    level: Dyn[LogLevel] = "INFO"

    def run(self, ctx: RunContext) -> Outputs:
        if (self.namespace or self.flow_id) and not self.execution_id:
            raise TaskFailed("'namespace' and 'flowId' need an 'executionId' beside them")
        found: Mapping[str, object] = ctx.request(
            "logs.fetch",
            {
                "namespace": self.namespace,
                "flow_id": self.flow_id,
                "execution_id": self.execution_id,
                "tasks": self.tasks_id,
                "level": self.level,
            },
        )
        return found


class PurgeLogs(RunnableTask):
    """Removes log lines of the flow's namespace and those below it, or of the one named."""

    type_name: ClassVar[str] = "core.log.PurgeLogs"
    outputs_schema: ClassVar[Mapping[str, str]] = {"count": "How many lines are gone"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Debug lines stay for a week",
            """id: purge_debug
namespace: company.team
tasks:
  - id: purge
    type: core.log.PurgeLogs
    logLevels: [TRACE, DEBUG]
    endDate: "{{ now() | dateAdd(-7, 'DAYS') }}"
""",
        ),
    )

    namespace: Dyn[Text | None] = None
    flow_id: Dyn[Text | None] = None
    execution_id: Dyn[Text | None] = None
    log_levels: Dyn[list[LogLevel] | None] = None
    start_date: Dyn[Moment | None] = None
    end_date: Dyn[Moment]

    def run(self, ctx: RunContext) -> Outputs:
        facts = {
            "namespace": self.namespace,
            "flow_id": self.flow_id,
            "execution_id": self.execution_id,
            "levels": self.log_levels,
            "since": wire(self.start_date),
            "until": wire(self.end_date),
        }
        count, more = 0, True
        while more:
            answer = ctx.request("logs.purge", facts)
            count, more = count + int(answer["count"]), bool(answer["more"])
        ctx.metric("logs.purged", count)
        return {"count": count}


PLUGINS: tuple[type, ...] = (Fetch, PurgeLogs)
