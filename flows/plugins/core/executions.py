"""Tasks about the running execution: fail, assert, labels, variables, resume, exit, toggle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.context import InlineContext
from downbeat.sdk.effects import (
    AddLabels,
    EndExecution,
    LogLine,
    ResumeExecution,
    SetVariables,
    ToggleTrigger,
)
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text, Truth, truth
from downbeat.sdk.json_text import read_json
from downbeat.sdk.labels import SYSTEM_PREFIX, parse_labels
from downbeat.sdk.task import InlineResult, InlineTask


class Fail(InlineTask):
    """Fails the execution, always or if a condition is true."""

    type_name: ClassVar[str] = "core.execution.Fail"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.executions.Fail",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Fail on a condition",
            """id: guard
namespace: company.team
inputs:
  - id: rows
    type: INT
    defaults: 0
tasks:
  - id: no_rows
    type: core.execution.Fail
    condition: "{{ inputs.rows == 0 }}"
    errorMessage: The file is empty
""",
        ),
    )

    condition: Dyn[Truth | None] = None
    error_message: Dyn[Text] = "Task failure"

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        if self.condition is None or self.condition:
            raise TaskFailed(self.error_message)
        return InlineResult()


class Assert(InlineTask):
    """Fails unless every condition is true; the log names those that are not."""

    type_name: ClassVar[str] = "core.execution.Assert"
    outputs_schema: ClassVar[Mapping[str, str]] = {"failed": "How many conditions were false"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Check an input",
            """id: check
namespace: company.team
inputs:
  - id: rows
    type: INT
    defaults: 3
tasks:
  - id: sane
    type: core.execution.Assert
    conditions:
      - "{{ inputs.rows > 0 }}"
""",
        ),
    )

    conditions: Dyn[Annotated[list[Any], Field(min_length=1)]]
    error_message: Dyn[Text | None] = None

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        failed = [place for place, item in enumerate(self.conditions, 1) if not truth(item)]
        if failed:
            which = ", ".join(str(place) for place in failed)
            raise TaskFailed(self.error_message or f"Assertion {which} is not true")
        return InlineResult(outputs={"failed": 0})


class Labels(InlineTask):
    """Adds labels to the execution; a later value of a key wins."""

    type_name: ClassVar[str] = "core.execution.Labels"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.executions.Labels",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Mark the execution",
            """id: mark
namespace: company.team
tasks:
  - id: labels
    type: core.execution.Labels
    labels:
      source: "{{ flow.id }}"
""",
        ),
    )

    labels: Dyn[dict[str, Any] | list[Any] | Text]

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        labels = _labels_of(self.labels)
        for key in labels:
            if key.startswith(SYSTEM_PREFIX):
                raise TaskFailed(f"System labels can only be set by Downbeat itself: '{key}'")
        return InlineResult(effects=(AddLabels(labels),))


def _labels_of(written: dict[str, Any] | list[Any] | str) -> dict[str, str]:
    try:
        value = read_json(written) if isinstance(written, str) else written
        return {label.key: label.value for label in parse_labels(value)}
    except ValueError as error:
        raise TaskFailed(f"Invalid labels: {error}") from None


class SetExecutionVariables(InlineTask):
    """Sets variables of the execution, readable as ``vars`` from the next task on."""

    type_name: ClassVar[str] = "core.execution.SetVariables"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Remember a value",
            """id: remember
namespace: company.team
tasks:
  - id: set
    type: core.execution.SetVariables
    variables:
      day: "{{ execution.startDate }}"
  - id: show
    type: core.log.Log
    message: "{{ vars.day }}"
""",
        ),
    )

    variables: Dyn[dict[str, Any]]
    overwrite: Dyn[bool] = True

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        if not self.overwrite:
            taken = sorted(set(self.variables) & set(ctx.variables))
            if taken:
                raise TaskFailed(f"Variables exist already: {', '.join(taken)}")
        return InlineResult(effects=(SetVariables(dict(self.variables)),))


class UnsetVariables(InlineTask):
    """Removes variables of the execution."""

    type_name: ClassVar[str] = "core.execution.UnsetVariables"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Forget a variable",
            """id: forget
namespace: company.team
tasks:
  - id: keep
    type: core.execution.SetVariables
    variables: {batch: 7}
  - id: forget
    type: core.execution.UnsetVariables
    variables: [batch]
""",
        ),
    )

    variables: Dyn[list[Text]]
    ignore_missing: Dyn[bool] = False

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        missing = sorted(set(self.variables) - set(ctx.variables))
        if missing and not self.ignore_missing:
            raise TaskFailed(f"There is no variable named {', '.join(missing)}")
        return InlineResult(effects=(SetVariables({}, remove=tuple(self.variables)),))


class Resume(InlineTask):
    """Resumes a paused execution: the one named, or the one that the task is part of.

    With `namespace` and `flowId`, it must be one of that flow. The task fails if that execution is
    not paused, or does not take the `inputs`.
    """

    type_name: ClassVar[str] = "core.execution.Resume"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Let another execution go on",
            """id: approve
namespace: company.team
inputs:
  - id: execution
    type: STRING
tasks:
  - id: go_on
    type: core.execution.Resume
    executionId: "{{ inputs.execution }}"
""",
        ),
    )
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.executions.Resume",)

    execution_id: Dyn[Text | None] = None
    namespace: Dyn[Text | None] = None
    flow_id: Dyn[Text | None] = None
    inputs: Dyn[dict[str, Any] | None] = None

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        if bool(self.namespace) != bool(self.flow_id):
            raise TaskFailed("Resume needs both 'namespace' and 'flowId', or neither")
        effect = ResumeExecution(
            self.execution_id or ctx.run.execution_id,
            namespace=self.namespace,
            flow_id=self.flow_id,
            inputs=self.inputs,
        )
        return InlineResult(effects=(effect,))


ExitState = Literal["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED"]


class Exit(InlineTask):
    """Ends the execution at once in the given state; tasks that run are killed."""

    type_name: ClassVar[str] = "core.execution.Exit"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Nothing to do",
            """id: leave
namespace: company.team
inputs:
  - id: rows
    type: INT
    defaults: 0
tasks:
  - id: nothing_to_do
    type: core.execution.Exit
    runIf: "{{ inputs.rows == 0 }}"
    state: SUCCESS
  - id: work
    type: core.log.Log
    message: "{{ inputs.rows }} rows"
""",
        ),
    )

    state: Dyn[ExitState | Literal["CANCELED"]] = "SUCCESS"

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        state: ExitState = "CANCELLED" if self.state == "CANCELED" else self.state
        line = LogLine("INFO", f"The execution ends here: {state}")
        return InlineResult(effects=(line, EndExecution(state)))


class Toggle(InlineTask):
    """Switches a trigger on or off."""

    type_name: ClassVar[str] = "core.trigger.Toggle"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Stop a schedule of another flow",
            """id: stop_nightly
namespace: company.team
tasks:
  - id: stop
    type: core.trigger.Toggle
    namespace: company.team
    flowId: nightly
    trigger: schedule
    enabled: false
""",
        ),
    )
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.trigger.Toggle",)

    trigger: Dyn[Text]
    namespace: Dyn[Text | None] = None
    flow_id: Dyn[Text | None] = None
    enabled: Dyn[bool] = False

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        effect = ToggleTrigger(
            self.namespace or ctx.run.namespace,
            self.flow_id or ctx.run.flow_id,
            self.trigger,
            self.enabled,
        )
        return InlineResult(effects=(effect,))


PLUGINS: tuple[type, ...] = (
    Fail,
    Assert,
    Labels,
    SetExecutionVariables,
    UnsetVariables,
    Resume,
    Exit,
    Toggle,
)
