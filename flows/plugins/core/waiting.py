"""Waits: a pause that somebody or a clock ends, and a sleep that holds no process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AliasChoices, Field

from downbeat.sdk.anytask import OptionalTasks
from downbeat.sdk.fields import Deprecated, Duration, Dyn
from downbeat.sdk.inputs import Inputs
from downbeat.sdk.shapes import Hold, Shape
from downbeat.sdk.task import DelayTask, FlowableTask, Task


class Pause(FlowableTask):
    """Pauses the execution until it is resumed, or until ``delay`` is over.

    With ``timeout`` and no ``delay`` the task fails once the timeout is over. Inputs that
    ``onResume`` declares are asked of whoever resumes it, and become the output ``onResume``.
    """

    type_name: ClassVar[str] = "core.flow.Pause"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.Pause",)
    outputs_schema: ClassVar[Mapping[str, str]] = {"onResume": "The inputs given at the resume"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Ask for an approval",
            """id: approval
namespace: company.team
tasks:
  - id: ask
    type: core.flow.Pause
    onResume:
      - id: approved
        type: BOOLEAN
        defaults: false
  - id: show
    type: core.log.Log
    message: "approved: {{ outputs.ask.onResume.approved }}"
""",
        ),
    )

    delay: Dyn[Duration | None] = Field(
        default=None, validation_alias=AliasChoices("delay", "pauseDuration")
    )
    timeout: Dyn[Duration | None] = None
    behavior: Literal["RESUME", "WARN", "CANCEL", "FAIL"] = "RESUME"
    on_resume: Inputs = ()
    tasks: Annotated[OptionalTasks, Deprecated("tasks after the Pause")] = None

    def shape(self) -> Shape:
        return Hold(self.tasks or (), behavior=self.behavior)

    def branches(self) -> Iterable[tuple[str, tuple[Task, ...]]]:
        if self.tasks:
            yield "tasks", self.tasks


class Sleep(DelayTask):
    """Waits for a length of time; holds no worker while it waits, except in a WorkingDirectory."""

    type_name: ClassVar[str] = "core.flow.Sleep"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.flows.Sleep",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Wait for five seconds",
            """id: sleep
namespace: company.team
tasks:
  - id: wait
    type: core.flow.Sleep
    duration: PT5S
""",
        ),
    )


PLUGINS: tuple[type, ...] = (Pause, Sleep)
