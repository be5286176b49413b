"""Child executions: another flow, once or for each batch of a file's items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.context import InlineContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Deprecated, Dyn, Spec, Text
from downbeat.sdk.labels import Labels
from downbeat.sdk.shapes import ChildExecution, ChildExecutions, Shape
from downbeat.sdk.task import FlowableTask, InlineResult, InlineTask, LeafFlowable


class Subflow(LeafFlowable):
    """Starts an execution of another flow and, unless ``wait`` is false, waits for its end.

    With ``transmitFailed`` the task takes over how the child ended.
    """

    type_name: ClassVar[str] = "core.flow.Subflow"
    aliases: ClassVar[tuple[str, ...]] = (
        "io.kestra.core.tasks.flows.Subflow",
        "io.kestra.core.tasks.flows.Flow",
    )
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "executionId": "The child's id",
        "state": "How the child ended",
        "outputs": "The child's flow outputs",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Call a flow and use its outputs",
            """id: parent
namespace: company.team
tasks:
  - id: child
    type: core.flow.Subflow
    namespace: company.team
    flowId: child_flow
    inputs:
      day: "{{ execution.startDate }}"
  - id: show
    type: core.log.Log
    message: "{{ outputs.child.state }}"
""",
        ),
    )

    namespace: Dyn[Text]
    flow_id: Dyn[Text]
    revision: Dyn[int | None] = None
    inputs: Dyn[dict[str, Any] | None] = None
    labels: Dyn[Labels] = ()
    wait: Dyn[bool] = True
    transmit_failed: Dyn[bool] = True
    inherit_labels: Dyn[bool] = False
    outputs: Annotated[dict[str, Any] | None, Deprecated("flow outputs of the child")] = None
    schedule_date: Dyn[Text | None] = None
    restart_behavior: Literal["RETRY_FAILED", "NEW_EXECUTION"] = "RETRY_FAILED"

    def shape(self) -> Shape:
        return ChildExecution()


class Batch(Spec):
    """How the items of a file are cut into batches."""

    rows: Dyn[int | None] = None
    bytes: Dyn[Text | None] = None
    partitions: Dyn[int | None] = None
    separator: Dyn[Text] = "\n"
    regex_pattern: Dyn[Text | None] = None


class ForEachItem(FlowableTask):
    """Starts an execution of another flow for each batch of a file's items.

    ``taskrun.items`` (URI of the batch) and ``taskrun.iteration`` are readable in ``inputs``.
    """

    type_name: ClassVar[str] = "core.flow.ForEachItem"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.ForEachItem",)
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "numberOfBatches": "How many batches there were",
        "iterations": "Batches by state",
        "subflowOutputs": "File with the flow outputs of each child, one per line",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "A child for every 100 lines",
            """id: batches
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: each
    type: core.flow.ForEachItem
    items: "{{ inputs.file }}"
    batch:
      rows: 100
    namespace: company.team
    flowId: one_batch
    inputs:
      items: "{{ taskrun.items }}"
""",
        ),
    )

    items: Dyn[Text]
    batch: Batch = Field(default_factory=lambda: Batch(rows=1))
    namespace: Dyn[Text]
    flow_id: Dyn[Text]
    revision: Dyn[int | None] = None
    inputs: Dyn[dict[str, Any] | None] = None
    labels: Dyn[Labels] = ()
    wait: Dyn[bool] = True
    transmit_failed: Dyn[bool] = True
    inherit_labels: Dyn[bool] = False
    schedule_date: Dyn[Text | None] = None
    restart_behavior: Literal["RETRY_FAILED", "NEW_EXECUTION"] = "RETRY_FAILED"

    def shape(self) -> Shape:
        return ChildExecutions()


class Template(InlineTask):
    """Tasks of a stored template. Templates no longer exist: call a flow with Subflow instead."""

    type_name: ClassVar[str] = "core.flow.Template"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.Template",)
    deprecated: ClassVar[str | None] = "core.flow.Subflow"

    namespace: Dyn[Text]
    template_id: Dyn[Text]
    args: Dyn[dict[str, Any] | None] = None

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        raise TaskFailed(
            f"Unable to find template '{self.namespace}.{self.template_id}': templates are not "
            "kept any more; put its tasks into a flow and call it with core.flow.Subflow"
        )


PLUGINS: tuple[type, ...] = (Subflow, ForEachItem, Template)
