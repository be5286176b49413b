"""Child executions: another flow, once or for each batch of a file's items."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from downbeat.sdk.context import InlineContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Deprecated, Dyn, Text
from downbeat.sdk.shapes import ChildExecution, Sequence, Shape
from downbeat.sdk.task import FlowableTask, InlineResult, InlineTask, LeafFlowable, Task
from flows.plugins.core.batches import Batch, BatchExecutions, MergeOutputs, SplitItems
from flows.plugins.core.child_call import ChildCall

ON_WORKER: Final = frozenset({"workerGroup", "queue", "priority", "logLevel", "onWorkerLost"})
"""Properties of the loop that those of its steps have which run on a worker."""
OF_CHILDREN: Final = frozenset(
    {
        "namespace", "flowId", "revision", "inputs", "labels", "wait", "transmitFailed",
        "inheritLabels", "scheduleDate", "restartBehavior", "concurrencyLimit", "logLevel",
    }
)  # fmt: skip


class Subflow(ChildCall, LeafFlowable):
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

    outputs: Annotated[dict[str, Any] | None, Deprecated("flow outputs of the child")] = None

    def shape(self) -> Shape:
        return ChildExecution(resumes=self.resumes)


class ForEachItem(ChildCall, FlowableTask):
    """Starts an execution of another flow for each batch of a file's items.

    ``items`` is a file of internal storage or a namespace file. ``taskrun.items`` (URI of the
    batch) and ``taskrun.iteration`` (from 1) are readable wherever the child is described. At most
    ``concurrencyLimit`` children live at a time (0: no limit). With ``transmitFailed`` the task
    takes over the worst of the children's ends. A restart takes up the children that failed; with
    ``restartBehavior: NEW_EXECUTION`` it starts all of them anew. The steps are task runs of their
    own: ``<id>_split``, ``<id>_items`` and ``<id>_merge``, whose outputs are named after them.
    """

    type_name: ClassVar[str] = "core.flow.ForEachItem"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.ForEachItem",)
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "numberOfBatches": "Of `<id>_items`: how many batches there were",
        "iterations": "Of `<id>_items`: child executions by state",
        "subflowOutputsBaseUri": "Of `<id>_items`: where the children's flow outputs are kept",
        "subflowOutputs": "Of `<id>_merge`: file with the flow outputs of each child, one per line",
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
    batch: Batch = Field(default_factory=Batch)
    concurrency_limit: Annotated[int, Field(ge=0)] = 0

    def shape(self) -> Shape:
        return Sequence(self.steps())

    def steps(self) -> tuple[Task, ...]:
        """The tasks that the loop consists of, as its task runs show them."""
        steps = {name: f"{self.id}_{name}" for name in ("split", "items", "merge")}
        items = f"outputs['{steps['items']}']"
        return (
            self._step(SplitItems, steps["split"], ON_WORKER | {"items", "batch"}),
            self._step(BatchExecutions, steps["items"], OF_CHILDREN, source=steps["split"]),
            self._step(
                MergeOutputs,
                steps["merge"],
                ON_WORKER,
                base=f"{{{{ {items}.subflowOutputsBaseUri ?? '' }}}}",
                parts=f"{{{{ {items}.subflowOutputsParts ?? 0 }}}}",
            ),
        )

    def _step(self, kind: type[Task], id: str, keys: AbstractSet[str], **own: Any) -> Task:
        written = {key: value for key, value in self.raw.items() if key in keys}
        return kind.model_validate({**written, **own, "id": id, "type": kind.type_name})


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
