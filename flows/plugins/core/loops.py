"""Loops: the same tasks for each value, or until a condition holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from downbeat.sdk.anytask import Tasks
from downbeat.sdk.fields import Duration, Dyn, Spec, Text
from downbeat.sdk.shapes import Iteration, Repetition, Shape
from downbeat.sdk.task import FlowableTask

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


PLUGINS: tuple[type, ...] = (ForEach, EachSequential, EachParallel, LoopUntil)
