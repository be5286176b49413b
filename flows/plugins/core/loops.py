"""Loops: the same tasks for each value, or until a condition holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.anytask import Tasks
from downbeat.sdk.fields import Duration, Dyn, Spec, Spelled, Text
from downbeat.sdk.inputs import ItemType
from downbeat.sdk.records import RecordExpression
from downbeat.sdk.shapes import Iteration, Repetition, Sequence, Shape
from downbeat.sdk.task import FlowableTask, Outputs

Values = Dyn[Text | list[Any]]
Limit = Annotated[int, Field(ge=0)]


class ForEach(FlowableTask):
    """Runs its tasks once for each value, ``concurrencyLimit`` iterations at a time (0: all).

    Values are a list, or an expression or JSON text that stands for one. The tasks of one
    iteration run in order; ``taskrun.value`` is the iteration's value.
    """

    type_name: ClassVar[str] = "core.flow.ForEach"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.ForEach",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Three values, two at a time",
            """id: for_each
namespace: company.team
tasks:
  - id: each
    type: core.flow.ForEach
    values: ["a", "b", "c"]
    concurrencyLimit: 2
    tasks:
      - id: show
        type: core.log.Log
        message: "{{ taskrun.value }}"
""",
        ),
    )

    values: Values
    concurrency_limit: Limit = 1
    tasks: Tasks

    def shape(self) -> Shape:
        return Iteration("values", self.tasks, limit=self.concurrency_limit)


class EachSequential(FlowableTask):
    """Runs its tasks once for each value, one after the other."""

    type_name: ClassVar[str] = "core.flow.EachSequential"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.EachSequential",)
    deprecated: ClassVar[str | None] = "core.flow.ForEach"

    value: Values
    tasks: Tasks

    def shape(self) -> Shape:
        return Iteration("value", self.tasks, limit=1)


class EachParallel(FlowableTask):
    """Runs every task of every value at once, at most ``concurrent`` of them (0: no limit)."""

    type_name: ClassVar[str] = "core.flow.EachParallel"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.EachParallel",)
    deprecated: ClassVar[str | None] = "core.flow.ForEach"

    value: Values
    concurrent: Limit = 0
    tasks: Tasks

    def shape(self) -> Shape:
        return Iteration("value", self.tasks, limit=self.concurrent, ordered=False)


class LoopOutput(Spec):
    """A typed result of one item, rendered when the item's tasks have ended."""

    id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$", max_length=256), Spelled()]
    type: ItemType | Literal["ARRAY"] | None = None
    value: Any
    description: Text | None = None
    display_name: Annotated[str, Field(max_length=64), Spelled()] | None = None
    item_type: ItemType | None = None
    required: bool = True


class LoopItem(FlowableTask):
    """Runs the tasks of a loop for one item, one after the other."""

    type_name: ClassVar[str] = "core.flow.LoopItem"
    internal: ClassVar[bool] = True

    tasks: Tasks
    outputs: tuple[LoopOutput, ...] = ()
    stores: bool = False
    """Whether the outputs are kept as a file, and its URI is told."""
    break_when: RecordExpression | None = None

    def shape(self) -> Shape:
        breaks = self.break_when is not None
        return Sequence(self.tasks, tells=bool(self.outputs), breaks=breaks)


class Loop(FlowableTask):
    """Runs its tasks once for each item, ``concurrencyLimit`` items at a time (0: all at once).

    Items are the elements of a list, the entries of a map, or the lines of a file in internal
    storage (up to 1 GiB and a million lines; the file is never held whole). Each item is a scope of
    its own, shown as a task run ``<id>_item``: its tasks run in order, ``errors`` and ``finally`` are those of the item, a failed item stops no
    other, and ``outputs.<task>`` is the task's output of the same item. ``item.value``,
    ``item.index`` (from 0) and, for a map, ``item.key`` are readable in all tasks inside;
    ``item.parent`` and ``item.parents`` are the items of the loops around. What later tasks are to
    see is declared in ``outputs``; with ``fetchType: STORE`` each item's outputs are a file.
    ``loopOutputs(outputs.<id>.outputs, '<output>')`` is the list of one output of all items. Without ``transmitFailed`` the loop ends well though items
    failed. Once ``breakWhen``, judged at the end of each item, is true, no further item begins;
    besides what the item's tasks see it knows ``iteration.state``, ``iteration.outputs`` and
    ``iteration.executionId``.
    """

    type_name: ClassVar[str] = "core.flow.Loop"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "iterationCount": "How many items there were",
        "terminatedIterations": "Items by state",
        "outputs": "A list with `item` (value, iteration, key) and `outputs` of each item",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Three items, two at a time, and what became of them",
            """id: loop
namespace: company.team
tasks:
  - id: cities
    type: core.flow.Loop
    values: ["Oslo", "Lima", "Kyoto"]
    concurrencyLimit: 2
    outputs:
      - id: greeting
        type: STRING
        value: "{{ outputs.greet.value }}"
    tasks:
      - id: greet
        type: core.debug.Return
        format: "Good day, {{ item.value }}"
  - id: last
    type: core.log.Log
    message: "{{ (outputs.cities.outputs | last).outputs.greeting }}"
""",
        ),
    )

    values: Dyn[Text | list[Any] | dict[str, Any]]
    concurrency_limit: Limit = 0
    transmit_failed: bool = True
    outputs: tuple[LoopOutput, ...] = ()
    fetch_type: Literal["AUTO", "FETCH", "STORE"] = "AUTO"
    break_when: RecordExpression | None = None
    tasks: Tasks

    def shape(self) -> Shape:
        return Iteration(
            "values",
            (self.item(),),
            limit=self.concurrency_limit,
            isolated=True,
            transmits=self.transmit_failed,
        )

    def item(self) -> LoopItem:
        """The group that stands for one item."""
        return LoopItem.model_validate(
            {
                "id": f"{self.id}_item",
                "type": LoopItem.type_name,
                "tasks": list(self.tasks),
                "errors": None if self.errors is None else list(self.errors),
                "finally": None if self.finally_ is None else list(self.finally_),
                "outputs": self.raw.get("outputs") or [],
                "stores": self.fetch_type == "STORE",
                "breakWhen": self.break_when,
            }
        )


class CheckFrequency(Spec):
    """How often, how many times and how long a condition is checked."""

    max_iterations: Dyn[int | None] = 100
    max_duration: Dyn[Duration | None] = Field(default="PT1H", validate_default=True)
    interval: Dyn[Duration] = Field(default="PT1S", validate_default=True)


class LoopUntil(FlowableTask):
    """Runs its tasks again and again until the condition, rendered after each round, is true."""

    type_name: ClassVar[str] = "core.flow.LoopUntil"
    aliases: ClassVar[tuple[str, ...]] = (
        "io.kestra.plugin.core.flow.WaitFor",
        "io.kestra.core.tasks.flows.WaitFor",
    )
    outputs_schema: ClassVar[Mapping[str, str]] = {"iterationCount": "Rounds so far, from 1"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Until a service answers",
            """id: loop_until
namespace: company.team
tasks:
  - id: wait
    type: core.flow.LoopUntil
    condition: "{{ outputs.check.value == 'ready' }}"
    checkFrequency:
      interval: PT5S
      maxIterations: 20
    tasks:
      - id: check
        type: core.debug.Return
        format: ready
""",
        ),
    )

    condition: Dyn[Text]
    tasks: Tasks
    check_frequency: CheckFrequency = CheckFrequency()
    fail_on_max_reached: Dyn[bool] = False

    def shape(self) -> Shape:
        return Repetition("condition", self.tasks)

    def group_outputs(self) -> Outputs:
        return {"iterationCount": 1}


PLUGINS: tuple[type, ...] = (
    ForEach,
    EachSequential,
    EachParallel,
    Loop,
    LoopItem,
    LoopUntil,
)
