"""Branches: one of several task lists, chosen when the group starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from downbeat.sdk.anytask import OptionalTasks, Tasks
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.labels import scalar_text
from downbeat.sdk.shapes import Choice, Shape
from downbeat.sdk.task import FlowableTask, Task


class If(FlowableTask):
    """Runs ``then`` if the condition is true, else ``else``; it is evaluated once."""

    type_name: ClassVar[str] = "core.flow.If"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.If",)
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "evaluationResult": "Whether the condition was true"
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Two branches",
            """id: branches
namespace: company.team
inputs:
  - id: full
    type: BOOLEAN
    defaults: false
tasks:
  - id: decide
    type: core.flow.If
    condition: "{{ inputs.full }}"
    then:
      - id: all
        type: core.log.Log
        message: everything
    else:
      - id: part
        type: core.log.Log
        message: a part
""",
        ),
    )

    condition: Dyn[Text]
    then: Tasks
    else_: OptionalTasks = Field(default=None, alias="else")

    def shape(self) -> Shape:
        cases = {"true": self.then}
        if self.else_ is not None:
            cases["false"] = self.else_
        return Choice(field="condition", by="truth", cases=cases)

    def branches(self) -> Iterable[tuple[str, tuple[Task, ...]]]:
        yield "then", self.then
        if self.else_:
            yield "else", self.else_


def _text_keys(value: Any) -> Any:
    """Cases by text: a source may write ``1:`` or ``true:`` without quotes."""
    if not isinstance(value, dict):
        return value
    return {scalar_text(key): tasks for key, tasks in value.items()}


class Switch(FlowableTask):
    """Runs the case that equals the rendered value, else ``defaults``."""

    type_name: ClassVar[str] = "core.flow.Switch"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.Switch",)
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "value": "The rendered value",
        "defaults": "Whether no case was equal to it",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "One case of several",
            """id: switch
namespace: company.team
inputs:
  - id: region
    type: STRING
    defaults: eu
tasks:
  - id: where
    type: core.flow.Switch
    value: "{{ inputs.region }}"
    cases:
      eu:
        - id: europe
          type: core.log.Log
          message: Europe
    defaults:
      - id: elsewhere
        type: core.log.Log
        message: elsewhere
""",
        ),
    )

    value: Dyn[Text]
    cases: Annotated[dict[str, Tasks] | None, BeforeValidator(_text_keys)] = None
    defaults: OptionalTasks = Field(
        default=None, validation_alias=AliasChoices("defaults", "default")
    )

    @model_validator(mode="after")
    def _has_tasks(self) -> Switch:
        if not self.cases and not self.defaults:
            raise PydanticCustomError("switch.no_tasks", "'cases' or 'defaults' must have tasks")
        return self

    def shape(self) -> Shape:
        return Choice(field="value", by="text", cases=self.cases or {}, default=self.defaults)

    def branches(self) -> Iterable[tuple[str, tuple[Task, ...]]]:
        for key, tasks in (self.cases or {}).items():
            yield f"cases.{key}", tasks
        if self.defaults:
            yield "defaults", self.defaults


PLUGINS: tuple[type, ...] = (If, Switch)
