"""Conditions on executions, flows and expressions."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.anytask import AnyCondition, Conditions
from downbeat.sdk.fields import Duration, Spelled, Text
from downbeat.sdk.labels import Labels
from downbeat.sdk.trigger import Condition, ConditionFacts, State
from flows.plugins.core.showing import Examples, on_flow, on_schedule
from flows.plugins.core.triggers import TimeWindow

OLD = "io.kestra.core.models.conditions.types."
OLDER = "io.kestra.plugin.core.condition."
NonEmptyConditions = Annotated[Conditions, Field(min_length=1)]


class ExecutionFlow(Condition):
    """The execution is one of the given flow."""

    type_name: ClassVar[str] = "core.condition.ExecutionFlow"
    examples: ClassVar[Examples] = on_flow(
        "After one flow",
        "type: core.condition.ExecutionFlow\nnamespace: company.team\nflowId: extract",
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "ExecutionFlowCondition",
        OLDER + "ExecutionFlowCondition",
    )

    namespace: str
    flow_id: str

    def holds(self, facts: ConditionFacts) -> bool:
        execution = facts.execution
        return (
            execution is not None
            and execution.namespace == self.namespace
            and execution.flow_id == self.flow_id
        )


class ExecutionNamespace(Condition):
    """The execution's flow is in the given namespace."""

    type_name: ClassVar[str] = "core.condition.ExecutionNamespace"
    examples: ClassVar[Examples] = on_flow(
        "After every flow below a namespace",
        "type: core.condition.ExecutionNamespace\nnamespace: company\ncomparison: PREFIX",
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "ExecutionNamespaceCondition",
        OLDER + "ExecutionNamespaceCondition",
    )

    namespace: str
    comparison: Literal["EQUALS", "PREFIX", "SUFFIX"] | None = None
    prefix: bool = False

    def holds(self, facts: ConditionFacts) -> bool:
        if facts.execution is None:
            return False
        found = facts.execution.namespace
        match self.comparison or ("PREFIX" if self.prefix else "EQUALS"):
            case "PREFIX":
                return found.startswith(self.namespace)
            case "SUFFIX":
                return found.endswith(self.namespace)
            case _:
                return found == self.namespace


class ExecutionStatus(Condition):
    """The execution is in one of the states, and in none of those excluded."""

    type_name: ClassVar[str] = "core.condition.ExecutionStatus"
    examples: ClassVar[Examples] = on_flow(
        "After what went wrong", "type: core.condition.ExecutionStatus\nin: [FAILED, WARNING]"
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "ExecutionStatusCondition",
        OLDER + "ExecutionStatusCondition",
    )

    in_: tuple[State, ...] | None = Field(default=None, alias="in")
    not_in: tuple[State, ...] | None = None

    def holds(self, facts: ConditionFacts) -> bool:
        if facts.execution is None:
            return False
        state = facts.execution.state
        return (self.in_ is None or state in self.in_) and state not in (self.not_in or ())


class ExecutionLabels(Condition):
    """The execution has all of the labels."""

    type_name: ClassVar[str] = "core.condition.ExecutionLabels"
    examples: ClassVar[Examples] = on_flow(
        "After executions of a team", "type: core.condition.ExecutionLabels\nlabels: {team: sales}"
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "ExecutionLabelsCondition",
        OLDER + "ExecutionLabelsCondition",
    )

    labels: Labels

    def holds(self, facts: ConditionFacts) -> bool:
        if facts.execution is None:
            return False
        found = facts.execution.labels
        return all(found.get(label.key) == label.value for label in self.labels)


class ExecutionOutputs(Condition):
    """An expression over ``trigger.outputs`` is true."""

    type_name: ClassVar[str] = "core.condition.ExecutionOutputs"
    examples: ClassVar[Examples] = on_flow(
        "After executions that have left rows",
        'type: core.condition.ExecutionOutputs\nexpression: "{{ trigger.outputs.rows > 0 }}"',
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "ExecutionOutputsCondition",
        OLDER + "ExecutionOutputsCondition",
    )

    expression: Text

    def holds(self, facts: ConditionFacts) -> bool:
        return (
            facts.execution is not None
            and bool(facts.execution.outputs)
            and facts.truth(self.expression)
        )


class Expression(Condition):
    """An expression is true."""

    type_name: ClassVar[str] = "core.condition.Expression"
    examples: ClassVar[Examples] = on_schedule(
        "While the calendar says so",
        "type: core.condition.Expression\nexpression: \"{{ trigger.date | date('MM') == '12' }}\"",
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "ExpressionCondition",
        OLD + "VariableCondition",
        OLDER + "ExpressionCondition",
    )

    expression: Text

    def holds(self, facts: ConditionFacts) -> bool:
        return facts.truth(self.expression)


class HasRetryAttempt(Condition):
    """The execution has a task run with more than one attempt, in one of the states."""

    type_name: ClassVar[str] = "core.condition.HasRetryAttempt"
    examples: ClassVar[Examples] = on_flow(
        "After executions with a task that was tried again",
        "type: core.condition.HasRetryAttempt\nin: [FAILED]",
    )
    aliases: ClassVar[tuple[str, ...]] = (
        OLD + "HasRetryAttemptCondition",
        OLDER + "HasRetryAttemptCondition",
    )

    in_: tuple[State, ...] | None = Field(default=None, alias="in")
    not_in: tuple[State, ...] | None = None

    def holds(self, facts: ConditionFacts) -> bool:
        if facts.execution is None:
            return False
        return any(
            (self.in_ is None or state in self.in_) and state not in (self.not_in or ())
            for state in facts.execution.states_of_attempts
        )


class FlowIs(Condition):
    """The flow of the trigger is the given one."""

    type_name: ClassVar[str] = "core.condition.FlowCondition"
    aliases: ClassVar[tuple[str, ...]] = (OLD + "FlowCondition",)
    deprecated: ClassVar[str | None] = "core.condition.ExecutionFlow"

    namespace: str
    flow_id: str

    def holds(self, facts: ConditionFacts) -> bool:
        return facts.flow_namespace == self.namespace and facts.flow_id == self.flow_id


class FlowNamespaceIs(Condition):
    """The flow of the trigger is in the given namespace."""

    type_name: ClassVar[str] = "core.condition.FlowNamespaceCondition"
    aliases: ClassVar[tuple[str, ...]] = (OLD + "FlowNamespaceCondition",)
    deprecated: ClassVar[str | None] = "core.condition.ExecutionNamespace"

    namespace: str
    prefix: bool = False

    def holds(self, facts: ConditionFacts) -> bool:
        if self.prefix:
            return facts.flow_namespace.startswith(self.namespace)
        return facts.flow_namespace == self.namespace


class Not(Condition):
    """None of the conditions is met."""

    type_name: ClassVar[str] = "core.condition.Not"
    examples: ClassVar[Examples] = on_schedule(
        "Not at weekends", "type: core.condition.Not\nconditions:\n  - type: core.condition.Weekend"
    )
    aliases: ClassVar[tuple[str, ...]] = (OLD + "NotCondition", OLDER + "NotCondition")
    conditions: NonEmptyConditions

    @property
    def on_dates(self) -> bool:
        return all(condition.on_dates for condition in self.conditions)

    def holds(self, facts: ConditionFacts) -> bool:
        return not any(condition.holds(facts) for condition in self.conditions)


class Or(Condition):
    """At least one of the conditions is met."""

    type_name: ClassVar[str] = "core.condition.Or"
    examples: ClassVar[Examples] = on_schedule(
        "On Mondays and at weekends",
        "type: core.condition.Or\nconditions:\n  - type: core.condition.DayWeek\n    dayOfWeek: MONDAY\n  - type: core.condition.Weekend",
    )
    aliases: ClassVar[tuple[str, ...]] = (OLD + "OrCondition", OLDER + "OrCondition")
    conditions: NonEmptyConditions

    @property
    def on_dates(self) -> bool:
        return all(condition.on_dates for condition in self.conditions)

    def holds(self, facts: ConditionFacts) -> bool:
        return any(condition.holds(facts) for condition in self.conditions)


class MultipleCondition(Condition):
    """Conditions that several executions meet together within a window of time."""

    type_name: ClassVar[str] = "core.condition.MultipleCondition"
    aliases: ClassVar[tuple[str, ...]] = (OLD + "MultipleCondition",)
    deprecated: ClassVar[str | None] = "preconditions of core.trigger.Flow"

    id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$"), Spelled()]
    window: Duration | None = None
    window_advance: Duration | None = None
    time_window: TimeWindow | None = None
    reset_on_success: bool = True
    conditions: dict[str, AnyCondition] = Field(min_length=1)

    def span(self) -> TimeWindow:
        """The window, however it is written."""
        if self.time_window is not None:
            return self.time_window
        return TimeWindow(window=self.window, window_advance=self.window_advance)


PLUGINS: tuple[type, ...] = (
    ExecutionFlow,
    ExecutionNamespace,
    ExecutionStatus,
    ExecutionLabels,
    ExecutionOutputs,
    Expression,
    HasRetryAttempt,
    FlowIs,
    FlowNamespaceIs,
    Not,
    Or,
    MultipleCondition,
)
