"""Task types: what every task has, and the three kinds of it (runnable, inline, flowable)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, PrivateAttr, model_validator

from downbeat.sdk.anytask import OptionalTasks
from downbeat.sdk.context import InlineContext, RunContext
from downbeat.sdk.effects import Effect
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Duration, Dyn, Spec, Spelled, Text
from downbeat.sdk.retry import Retry
from downbeat.sdk.shapes import Delay, Shape

TaskId = Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$", max_length=256), Spelled()]
Outputs = Mapping[str, Any]
SourcePath = tuple[str | int, ...]


class WorkerGroupRef(Spec):
    """Which workers may run the task, and what happens while none of them is alive.

    The task waits (`WAIT`), fails (`FAIL`; its retries and the `errors` around it apply), or the
    execution is killed (`CANCEL`).
    """

    key: Dyn[str]
    fallback: Literal["WAIT", "FAIL", "CANCEL"] = "WAIT"


class TaskCache(Spec):
    """Whether the outputs of an equal earlier task run are taken instead of running again.

    Equal is a run of the same task of the same flow that succeeded and was asked to do the same:
    every property, rendered, and the namespace files that it gets. Outputs are kept for `ttl`, a
    year at the longest, up to 1 MiB, and only while the files exist that they name.
    """

    enabled: bool = False
    ttl: Duration | None = None


class Task(Spec):
    """A step of a flow: the keys that every task has.

    A type sets ``type_name`` (without the optional prefix) and ``aliases`` (older names).
    """

    type_name: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    deprecated: ClassVar[str | None] = None
    examples: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Titles and sources, shown in the documentation."""
    outputs_schema: ClassVar[Mapping[str, str]] = {}
    """What the task leaves: name and one line about it."""
    internal: ClassVar[bool] = False
    """A step that other types put together: workers know it, catalogue and editor do not."""

    id: TaskId
    type: str
    description: Text | None = None
    retry: Retry | None = None
    timeout: Dyn[Duration | None] = None
    disabled: bool = False
    worker_group: WorkerGroupRef | None = None
    queue: str | None = None
    log_level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] | None = None
    allow_failure: bool = False
    allow_warning: bool = False
    log_to_file: bool = False
    run_if: str | bool = "true"
    on_worker_lost: Literal["RETRY", "FAIL"] = "RETRY"
    priority: int = Field(default=0, ge=-100, le=100)
    task_cache: TaskCache | None = None
    assets: Dyn[dict[str, Any] | None] = None

    _raw: Mapping[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_raw(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        found = handler(value)
        if isinstance(value, dict):
            found._raw = value
        return found

    @property
    def raw(self) -> Mapping[str, Any]:
        """The properties as written, plug-in defaults merged, before rendering."""
        return self._raw

    def tasks_inside(self) -> Iterable[tuple[str, tuple[Task, ...]]]:
        """The lists of tasks inside this one, with the property that holds each."""
        return ()

    def children(self) -> Iterator[tuple[SourcePath, Task]]:
        """Each task directly inside this one, with its place in this one's source."""
        for name, tasks in self.tasks_inside():
            place = tuple(name.split(".", 1))
            for index, task in enumerate(tasks):
                yield (*place, index), task


class RunnableTask(Task, ABC):
    """A task that runs in a process of its own on a worker."""

    environment: ClassVar[Literal["task", "script"]] = "task"

    @abstractmethod
    def run(self, ctx: RunContext) -> Outputs | None:
        """Does the work; every property has been rendered. Returns the outputs."""


class StandInTask(RunnableTask, ABC):
    """A task that writes another one, which the worker runs in its place."""

    @abstractmethod
    def definition(self) -> str:
        """The source of the other task as YAML; every property has been rendered."""

    def run(self, ctx: RunContext) -> Outputs | None:
        raise TaskFailed("This task is run by the worker, as the task that it writes")


@dataclass(frozen=True, slots=True)
class InlineResult:
    """The outcome of an inline task."""

    outputs: Outputs = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    state: Literal["SUCCESS", "WARNING"] = "SUCCESS"


class InlineTask(Task, ABC):
    """A pure and quick task, run inside the settling transaction: no process, exactly once."""

    @abstractmethod
    def run_inline(self, ctx: InlineContext) -> InlineResult:
        """The result; every property has been rendered. Raises ``TaskFailed`` to fail."""


class FlowableTask(Task, ABC):
    """A task that only orders other tasks."""

    errors: OptionalTasks = None
    finally_: OptionalTasks = Field(default=None, alias="finally")

    @abstractmethod
    def shape(self) -> Shape:
        """The structure that the engine follows."""

    def tasks_inside(self) -> Iterable[tuple[str, tuple[Task, ...]]]:
        """The task lists of the group, ``errors`` and ``finally`` last."""
        yield from self.branches()
        if self.errors:
            yield "errors", self.errors
        if self.finally_:
            yield "finally", self.finally_

    def group_outputs(self) -> Outputs:
        """Outputs that are known when the group begins, from its static properties alone."""
        return {}

    def branches(self) -> Iterable[tuple[str, tuple[Task, ...]]]:
        """The task lists of the group besides ``errors`` and ``finally``."""
        tasks = getattr(self, "tasks", None)
        if tasks:
            yield "tasks", tasks


class LeafFlowable(FlowableTask, ABC):
    """A flowable without tasks of its own (a wait, a child execution): it has no ``errors``."""

    errors: None = None
    finally_: None = Field(default=None, alias="finally")


class DelayTask(LeafFlowable, ABC):
    """A task that only lets time pass: the engine waits, or the worker of a shared directory."""

    duration: Dyn[Duration]

    def shape(self) -> Shape:
        return Delay("duration")
