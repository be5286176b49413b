"""The hands of a settling execution: renders, runs quick tasks and starts child executions.

Everything happens inside the turn's transaction. What a quick task wants changed is kept beside
the snapshot and written with it, exactly once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError

from downbeat.common import clock
from downbeat.common.errors import AppError
from downbeat.common.models import uuid7
from downbeat.sdk.context import RunInfo
from downbeat.sdk.effects import Level, MetricValue
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.task import InlineTask
from executions.engine.events import Event, Rendered, RenderFailed, TryEnded
from executions.engine.state import Ask, Reason, Run, Snapshot, State
from executions.runtime import asking, children, effects
from executions.runtime.context import (
    ExecutionFacts,
    TaskStates,
    execution_context,
    outputs_view,
    run_context,
)
from executions.runtime.expression_services import ShellServices
from executions.runtime.outputs import NewOutput, OutputStore
from executions.runtime.plans import Compiled, namespace_of
from executions.runtime.sql import rows
from executions.runtime.store_codec import loaded
from flows import facade as flows
from flows.spec.render import RenderError, render_task
from tenants import facade as tenants

LEVELS: Final = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")
_VALUES: Final = """
select loop_values from task_run where tenant_id = %s and execution_id = %s and id = %s
"""
_DESCENDANTS: Final = """
select id from task_run where tenant_id = %s and execution_id = %s and %s = any(ancestors)
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A log line of the platform's own, about to be written."""

    task_run_id: UUID | None
    task_id: str | None
    number: int
    level: Level
    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Number:
    """A metric of a quick task, about to be written."""

    task_run_id: UUID
    task_id: str
    number: int
    value: MetricValue


@dataclass(slots=True)
class Left:
    """What settling leaves to be written besides runs."""

    outputs: list[NewOutput] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    metrics: list[Number] = field(default_factory=list)
    loop_values: dict[UUID, Sequence[str]] = field(default_factory=dict)
    labels_changed: bool = False
    variables_changed: bool = False
    flow_outputs: Mapping[str, Any] | None = None


class Hands:
    """One execution's hands for one turn; ``executions.engine.settle.Hands`` in the flesh."""

    def __init__(
        self, facts: ExecutionFacts, compiled: Compiled, snapshot: Snapshot, *, fresh: bool
    ) -> None:
        self.facts, self.compiled, self.snapshot = facts, compiled, snapshot
        self.left = Left()
        self.asked: list[Event] = []
        """What the quick task that runs now asks of its execution."""
        self.store = OutputStore(facts.id)
        if fresh:
            self.store.nothing_stored()
        self.services = ShellServices(
            tenant_id=facts.tenant_id, namespace=facts.namespace, execution_id=facts.id
        )
        self._shared: dict[str, Any] | None = None
        self._values: dict[UUID, Sequence[str]] = {}

    def new_id(self) -> UUID:
        return uuid7()

    def now(self) -> datetime:
        return clock.now()

    def loop_value(self, loop: Run, iteration: int) -> str:
        if loop.id not in self._values:
            found = rows(_VALUES, [self.facts.tenant_id, self.facts.id, loop.id])
            stored = loaded(found[0][0]) if found else None
            if stored is None:
                # The loop was copied by a replay: its values are rendered anew, once.
                asking.answer(self, loop, Ask.VALUES)
            else:
                self._values[loop.id] = stored
        return self._values[loop.id][iteration]

    def descendants(self, snapshot: Snapshot, run: UUID) -> tuple[UUID, ...]:
        fresh = [one.id for one in snapshot.runs.values() if run in one.ancestors]
        facts = [self.facts.tenant_id, self.facts.id, run]
        stored = [row[0] for row in rows(_DESCENDANTS, facts)]
        return tuple(dict.fromkeys([*stored, *fresh]))

    def context(self, run: Run | None) -> dict[str, Any]:
        """What expressions of a run, or of the execution, see now."""
        shared = self._shared
        if shared is None:
            shared = self._shared = execution_context(
                self.facts,
                self.compiled,
                state=self.snapshot.execution.state,
                outputs=outputs_view(self.store, self.compiled),
                tasks=TaskStates(self.facts, self.compiled, lambda: self.snapshot),
            )
        shared["execution"]["state"] = str(self.snapshot.execution.state)
        shared["outputs"] = outputs_view(self.store, self.compiled)
        if run is None:
            return shared
        references = self.compiled.nodes[run.node].references
        return run_context(shared, self.compiled, self.snapshot, run, self.store, references)

    def render(self, snapshot: Snapshot, run: UUID | None, ask: Ask) -> Rendered | RenderFailed:
        try:
            return asking.answer(self, snapshot.runs[run] if run else None, ask)
        except DatabaseError:
            raise
        except (RenderError, TaskFailed, AppError, ValueError) as problem:
            message = str(problem)
        except Exception as problem:  # as below: nothing that a type does may stop the engine
            message = f"{type(problem).__name__}: {problem}"
        if run is None:
            self.say(None, "ERROR", message)
        return RenderFailed(run, ask, message)

    def values_rendered(self, run: Run, values: Sequence[str]) -> None:
        """Keeps the values that a loop goes over."""
        self._values[run.id] = values
        self.left.loop_values[run.id] = values

    def start_child(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        return children.start(self, run)

    def run_inline(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        started = clock.now()
        node = self.compiled.plan.nodes[run.node]
        self.asked = []
        try:
            state = self._run_inline(run)
            ended = TryEnded(run.id, state, started, clock.now(), by_worker=False)
            return (ended, *self.asked)
        except DatabaseError:
            raise  # the transaction is lost, and the whole turn with it
        except (RenderError, TaskFailed, AppError) as problem:
            reason = Reason.RENDER if isinstance(problem, RenderError) else "failed"
            message = str(problem)
        except Exception as problem:  # a crash in a task type must not stop the engine
            reason, message = Reason.PANIC, f"{type(problem).__name__}: {problem}"
        self.say(run, "ERROR", message, level_of=node.task.log_level)
        failed = TryEnded(
            run.id, State.FAILED, started, clock.now(), reason, message, by_worker=False
        )
        return (failed,)

    def _run_inline(self, run: Run) -> State:
        node = self.compiled.plan.nodes[run.node]
        task = node.task
        if not self.compiled.nodes[run.node].static:
            task = render_task(task, self.context(run), self.services)
        if not isinstance(task, InlineTask):
            raise TaskFailed(f"{node.task.type} does not run inline")
        result = task.run_inline(_InlineHost(self.info(run), self))
        for effect in result.effects:
            effects.apply(self, run, effect)
        if result.outputs:
            self.put_outputs(run, dict(result.outputs))
        return State(result.state)

    def put_outputs(self, run: Run, value: Mapping[str, Any]) -> None:
        """Outputs of a run, for expressions at once and for the transaction's end."""
        task_id = self.compiled.plan.nodes[run.node].id
        self.store.put(task_id, run.path, value)
        self.left.outputs.append(
            NewOutput(self.facts.id, run.id, task_id, run.path, value, self.facts.folder)
        )

    def say(
        self, run: Run | None, level: Level, message: str, *, level_of: str | None = None
    ) -> None:
        """A line in the log of a run, or of the execution."""
        if level_of is not None and LEVELS.index(level) < LEVELS.index(level_of):
            return
        task_id = None if run is None else self.compiled.plan.nodes[run.node].id
        number = 0 if run is None else run.attempts
        self.left.lines.append(
            Line(run.id if run else None, task_id, number, level, clock.now(), message)
        )

    def info(self, run: Run) -> RunInfo:
        """Who the run is, for its task."""
        return RunInfo(
            tenant=tenant_slug(self.facts.tenant_id),
            namespace=self.facts.namespace,
            flow_id=self.facts.flow_id,
            execution_id=str(self.facts.id),
            task_id=self.compiled.plan.nodes[run.node].id,
            task_run_id=str(run.id),
            attempt=run.attempts + 1,
            fence=run.attempts + 1,
            value=run.value,
        )

    def measure(self, run: Run, value: MetricValue) -> None:
        """A number of a run."""
        task_id = self.compiled.plan.nodes[run.node].id
        self.left.metrics.append(Number(run.id, task_id, run.attempts, value))

    def add_labels(self, labels: Mapping[str, str]) -> None:
        """Labels of the execution; the last value of a key wins."""
        kept = [label for label in self.facts.labels if label["key"] not in labels]
        added = [{"key": key, "value": value} for key, value in labels.items()]
        self.facts.labels = [*kept, *added]
        self._shared = None
        self.left.labels_changed = True

    def set_variables(self, variables: Mapping[str, Any], remove: Sequence[str]) -> None:
        """Variables of the execution."""
        merged = {**self.facts.variables, **variables}
        self.facts.variables = {k: v for k, v in merged.items() if k not in remove}
        self._shared = None
        self.left.variables_changed = True


class _InlineHost:
    """The context that a quick task is given."""

    def __init__(self, run: RunInfo, hands: Hands) -> None:
        self.run = run
        self._hands = hands

    @property
    def variables(self) -> Mapping[str, Any]:
        return self._hands.facts.variables

    def kv_get(self, namespace: str, key: str) -> Any:
        found = flows.pair(self._place(namespace), key)
        if found is None:
            raise KeyError(key)
        return found.value

    def kv_keys(self, namespace: str, prefix: str) -> list[str]:
        return flows.keys(self._place(namespace), prefix)

    def _place(self, namespace: str) -> str:
        facts = self._hands.facts
        found = namespace_of(facts.tenant_id, namespace or facts.namespace)
        if found is None:
            raise TaskFailed(f"There is no namespace '{namespace}'")
        return found.path


_slugs: dict[UUID, str] = {}


def tenant_slug(tenant_id: UUID) -> str:
    """The tenant's name in addresses; it never changes."""
    if tenant_id not in _slugs:
        found = tenants.tenant_of_id(tenant_id)
        _slugs[tenant_id] = found.slug if found else str(tenant_id)
    return _slugs[tenant_id]
