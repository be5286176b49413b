"""Counts executions of flows, and keeps the counts that a condition wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Spec, Text, truth
from downbeat.sdk.records import RecordExpression
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.core.moments import Moment, wire


class FlowName(Spec):
    """A flow by its names."""

    namespace: Dyn[Text]
    flow_id: Dyn[Text]


class Count(RunnableTask):
    """Counts executions: of flows by name, or of every flow of namespaces.

    `expression` is judged for each flow and sees its `count`; only those for which it is true are
    among the results.
    """

    type_name: ClassVar[str] = "core.execution.Count"
    aliases: ClassVar[tuple[str, ...]] = (
        "io.kestra.core.tasks.executions.Counts",
        "core.execution.Counts",
    )
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "results": "A list of namespace, flowId and count",
        "total": "The sum of their counts",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Has the import run today?",
            """id: has_it_run
namespace: company.team
tasks:
  - id: today
    type: core.execution.Count
    flows:
      - namespace: company.team
        flowId: import
    states: [SUCCESS]
    startDate: "{{ now() | dateAdd(-1, 'DAYS') }}"
    expression: "{{ count == 0 }}"
""",
        ),
    )

    flows: tuple[FlowName, ...] | None = None
    namespaces: Dyn[list[Text] | None] = None
    states: Dyn[list[Text] | None] = None
    start_date: Dyn[Moment | None] = None
    end_date: Dyn[Moment | None] = None
    expression: RecordExpression | None = None

    def run(self, ctx: RunContext) -> Outputs:
        if not self.flows and not self.namespaces:
            raise TaskFailed("Count needs 'flows' or 'namespaces'")
        found: list[dict[str, Any]] = ctx.request(
            "execution.count",
            {
                "flows": [
                    {"namespace": flow.namespace, "flow_id": flow.flow_id}
                    for flow in self.flows or ()
                ],
                "namespaces": self.namespaces,
                "states": self.states,
                "since": wire(self.start_date),
                "until": wire(self.end_date),
            },
        )
        if self.expression is not None:
            judge = ctx.expression(self.expression)
            found = [one for one in found if truth(judge(one))]
        return {"results": found, "total": sum(int(one["count"]) for one in found)}


PLUGINS: tuple[type, ...] = (Count,)
