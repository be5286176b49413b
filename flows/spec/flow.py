"""A flow: the typed form of a source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from downbeat.sdk.anytask import Conditions, OptionalTasks, Tasks, Triggers
from downbeat.sdk.fields import Deprecated, Duration, Spec, Spelled, Text
from downbeat.sdk.inputs import Inputs, ItemType
from downbeat.sdk.labels import Label, Labels
from downbeat.sdk.retry import Retry
from downbeat.sdk.task import SourcePath, Task, WorkerGroupRef
from downbeat.sdk.trigger import Trigger
from flows.spec.labels import refused_keys

FlowId = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$", max_length=100), Spelled()]
NamespacePath = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=150), Spelled()]
OutputType = ItemType | Literal["ARRAY"]


class Output(Spec):
    """A typed result of the flow, rendered at its end."""

    id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9][.a-zA-Z0-9_-]*$", max_length=256), Spelled()]
    type: OutputType | None = None
    value: Any
    description: Text | None = None
    display_name: Annotated[str, Field(max_length=64), Spelled()] | None = None
    item_type: ItemType | None = None
    required: bool = True


class PluginDefault(Spec):
    """Values for every part of a type, or of all types that start with a prefix."""

    type: Annotated[str, Field(min_length=1)]
    forced: bool = False
    values: dict[str, Any]


class Concurrency(Spec):
    """How many executions of the flow may run at once, and what happens to one too many."""

    limit: Annotated[int, Field(gt=0)]
    behavior: Literal["QUEUE", "CANCEL", "FAIL"] = "QUEUE"


class MaxDuration(Spec):
    """Violated when an execution lasts longer, from when it was due to its end; waits count."""

    id: Text
    type: Literal["MAX_DURATION"]
    behavior: Literal["FAIL", "CANCEL", "NONE"]
    labels: Labels = ()
    duration: Duration


class ExecutionAssertion(Spec):
    """Violated when an expression, rendered at every change of the execution, is false.

    One that names what does not exist yet, such as the outputs of a task to come, is not violated.
    Of several assertions the first that is violated acts, and no other after it.
    """

    id: Text
    type: Literal["EXECUTION_ASSERTION"]
    behavior: Literal["FAIL", "CANCEL", "NONE"]
    labels: Labels = ()
    assert_: Text = Field(alias="assert")


Sla = Annotated[MaxDuration | ExecutionAssertion, Field(discriminator="type")]


class Check(Spec):
    """A gate on the start: a condition over inputs and labels, and what follows if it is not true.

    BLOCK_EXECUTION refuses the start with the message, FAIL_EXECUTION makes an execution that
    fails at once, CREATE_EXECUTION lets it through with a line in its log.
    """

    when: Text = Field(validation_alias=AliasChoices("when", "condition"))
    message: Annotated[Text, Field(min_length=1)]
    style: Literal["ERROR", "SUCCESS", "WARNING", "INFO"] = "INFO"
    behavior: Literal[
        "BLOCK", "BLOCK_EXECUTION", "FAIL", "FAIL_EXECUTION", "CREATE", "CREATE_EXECUTION"
    ] = "BLOCK_EXECUTION"


class Listener(Spec):
    """Tasks that run after the final state; they do not change it."""

    description: Text | None = None
    conditions: Conditions = ()
    tasks: Tasks


class FlowSpec(Spec):
    """A named definition in a namespace."""

    id: FlowId
    namespace: NamespacePath
    revision: int | None = None
    tenant_id: str | None = None
    description: Text | None = None
    labels: Labels = ()
    inputs: Inputs = ()
    variables: dict[str, Any] = Field(default_factory=dict)
    tasks: Tasks
    errors: OptionalTasks = None
    finally_: OptionalTasks = Field(default=None, alias="finally")
    after_execution: OptionalTasks = None
    listeners: Annotated[tuple[Listener, ...], Deprecated("afterExecution")] = ()
    outputs: tuple[Output, ...] = ()
    triggers: Triggers = ()
    plugin_defaults: tuple[PluginDefault, ...] = Field(
        default=(), validation_alias=AliasChoices("pluginDefaults", "taskDefaults")
    )
    concurrency: Concurrency | None = None
    retry: Retry | None = None
    sla: tuple[Sla, ...] = ()
    checks: tuple[Check, ...] = ()
    disabled: bool = False
    deleted: bool = False
    worker_group: WorkerGroupRef | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_key(cls, value: Any) -> Any:
        if isinstance(value, dict) and "pluginDefaults" in value and "taskDefaults" in value:
            raise PydanticCustomError(
                "flow.both_defaults", "Use 'pluginDefaults'; 'taskDefaults' is its old name"
            )
        return value

    @field_validator("labels")
    @classmethod
    def _no_system_labels(cls, labels: tuple[Label, ...]) -> tuple[Label, ...]:
        refused = refused_keys(labels, in_flow=True)
        if refused:
            raise PydanticCustomError(
                "label.system",
                "System labels can only be set by Downbeat itself: {keys}",
                {"keys": ", ".join(refused)},
            )
        return labels

    def task_lists(self) -> Iterator[tuple[str, tuple[Task, ...]]]:
        """The task lists of the flow itself, with the key that holds each."""
        yield "tasks", self.tasks
        for name, tasks in (
            ("errors", self.errors),
            ("finally", self.finally_),
            ("afterExecution", self.after_execution),
        ):
            if tasks:
                yield name, tasks

    def walk(self) -> Iterator[tuple[SourcePath, Task]]:
        """Every task at every depth with its place in the source, groups before their tasks."""
        for name, tasks in self.task_lists():
            for index, task in enumerate(tasks):
                yield from _walk((name, index), task)
        for number, listener in enumerate(self.listeners):
            for index, task in enumerate(listener.tasks):
                yield from _walk(("listeners", number, "tasks", index), task)

    def task(self, task_id: str) -> Task | None:
        """The task of an id, at any depth."""
        return next((task for _, task in self.walk() if task.id == task_id), None)

    def trigger(self, trigger_id: str) -> Trigger | None:
        """The trigger of an id."""
        return next((item for item in self.triggers if item.id == trigger_id), None)


def _walk(place: SourcePath, task: Task) -> Iterator[tuple[SourcePath, Task]]:
    yield place, task
    for inside, child in task.children():
        yield from _walk((*place, *inside), child)
