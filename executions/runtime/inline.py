"""The hands of a settling execution: renders, runs quick tasks and starts child executions.

Everything happens inside the turn's transaction. What a quick task wants changed is kept beside
the snapshot and written with it, exactly once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError

from downbeat.common import clock, storage
from downbeat.common.errors import AppError
from downbeat.common.models import uuid7
from downbeat.sdk.context import RunInfo
from downbeat.sdk.effects import Level, MetricValue
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import format_duration
from downbeat.sdk.sealed import opened
from downbeat.sdk.task import FlowableTask
from executions.engine.events import (
    Event,
    Opened,
    Rendered,
    RenderFailed,
    RoundBegun,
    RunCreated,
    TryEnded,
)
from executions.engine.plan import Kind
from executions.engine.state import Ask, Reason, Run, Snapshot, State
from executions.runtime import (
    agreements,
    asking,
    batches,
    children,
    items,
    loop_lines,
    rounds,
    sealing,
)
from executions.runtime.context import (
    ExecutionFacts,
    TaskStates,
    execution_context,
    outputs_view,
    run_context,
    secrets_of,
    variable_seal,
)
from executions.runtime.expression_services import ShellServices
from executions.runtime.output_limit import OutputMeter, OutputsTooLarge
from executions.runtime.outputs import NewOutput, OutputStore
from executions.runtime.plans import Compiled
from executions.runtime.quick_tasks import TOO_LARGE, run_quick
from executions.runtime.sql import rows
from executions.runtime.store_codec import loaded
from executions.runtime.turn_log import LEVELS, TurnLog
from executions.runtime.variables import without
from flows.spec.render import RenderError
from tenants import facade as tenants

_VALUES: Final = """
select loop_values from task_run where tenant_id = %s and execution_id = %s and id = %s
"""
WAITING: Final = frozenset({Kind.DELAY, Kind.CHILD})
"""Kinds of tasks that hold no worker while they wait."""
_DESCENDANTS: Final = """
select id from task_run where tenant_id = %s and execution_id = %s and %s = any(ancestors)
"""


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
    metrics: list[Number] = field(default_factory=list)
    loop_values: dict[UUID, Any] = field(default_factory=dict)
    """The items of loops that begin, or where they are kept."""
    parts: dict[UUID, batches.Part] = field(default_factory=dict)
    """Flow outputs of the child executions of batches, by the task run of their loop."""
    assets: list[tuple[Run, Sequence[Mapping[str, Any]]]] = field(default_factory=list)
    labels_changed: bool = False
    variables_changed: bool = False
    flow_outputs: Mapping[str, Any] | None = None


class Hands:
    """One execution's hands for one turn; ``executions.engine.settle.Hands`` in the flesh."""

    def __init__(
        self,
        facts: ExecutionFacts,
        compiled: Compiled,
        snapshot: Snapshot,
        *,
        fresh: bool,
        progress: Mapping[str, Any],
    ) -> None:
        self.facts, self.compiled, self.snapshot = facts, compiled, snapshot
        self.left = Left()
        self.meter = OutputMeter(facts.id, progress)
        self.log = TurnLog(lambda: secrets_of(facts, compiled))
        self.asked: list[Event] = []
        """What the quick task that runs now asks of its execution."""
        self.store = OutputStore(facts.id, self._opened, self.log.learn)
        if fresh:
            self.store.nothing_stored()
        self.services = ShellServices(
            tenant_id=facts.tenant_id,
            namespace=facts.namespace,
            execution_id=facts.id,
            log=self.log,
        )
        self._shared: dict[str, Any] | None = None
        self._values: dict[UUID, Sequence[items.Item]] = {}

    def new_id(self) -> UUID:
        return uuid7()

    def now(self) -> datetime:
        return clock.now()

    def loop_value(self, loop: Run, iteration: int) -> str:
        return items.value_of(self.items_of(loop)[iteration])

    def items_of(self, loop: Run) -> Sequence[items.Item]:
        """What a loop goes over, whose values were rendered."""
        if loop.id not in self._values:
            found = rows(_VALUES, [self.facts.tenant_id, self.facts.id, loop.id])
            stored = loaded(found[0][0]) if found else None
            lines = loop_lines.referred(storage.storage_for(self.facts.tenant_id), stored)
            if stored is None or (lines and not lines.are_there()):
                # The loop was copied by a replay: its values are rendered anew, once.
                asking.answer(self, loop, Ask.VALUES)
            else:
                self._values[loop.id] = self._known(lines) if lines else stored
        return self._values[loop.id]

    def _known(self, lines: loop_lines.Lines) -> loop_lines.Lines:
        """Lines of a file as the engine may keep them: a secret in one is sealed."""
        return replace(lines, seen=lambda line: items.value_of(self._sealed_items([line])[0]))

    def _sealed_items(self, values: Sequence[items.Item]) -> Sequence[items.Item]:
        return sealing.kept_items(values, self.log.masker, self._seal)

    def holds(self, assertion: str) -> bool:
        return agreements.holds(self, assertion)

    def breach(self, snapshot: Snapshot, agreement: int) -> tuple[Event, ...]:
        return agreements.breach(self, snapshot, agreement)

    def descendants(self, snapshot: Snapshot, run: UUID) -> tuple[UUID, ...]:
        fresh = [one.id for one in snapshot.runs.values() if run in one.ancestors]
        facts = [self.facts.tenant_id, self.facts.id, run]
        stored = [row[0] for row in rows(_DESCENDANTS, facts)]
        self.meter.forget(stored)
        return tuple(dict.fromkeys([*stored, *fresh]))

    def context(self, run: Run | None) -> dict[str, Any]:
        """What expressions of a run, or of the execution, see now."""
        shared = self._shared
        if shared is None:
            shared = self._shared = execution_context(
                self.facts,
                self.compiled,
                state=self.snapshot.execution.state,
                outputs=outputs_view(self.store, self.compiled, self._opened),
                tasks=TaskStates(self.facts, self.compiled, lambda: self.snapshot, self._opened),
            )
        shared["execution"]["state"] = str(self.snapshot.execution.state)
        shared["outputs"] = outputs_view(self.store, self.compiled, self._opened)
        if run is None:
            return shared
        references = self.compiled.nodes[run.node].references
        return run_context(shared, self.compiled, self.snapshot, run, self.store, references)

    def _opened(self, token: str) -> str | None:
        """A sealed text, hidden in the log from now on."""
        text = sealing.open_token(self.facts.tenant_id, self.facts.namespace, token)
        if text is not None:
            self.log.learn(text)
        return text

    def kept(self, value: Any) -> Any:
        """A value as it may be stored for expressions: texts with a known secret are sealed."""
        return self.log.masker.sealed(value, self._seal)

    def _seal(self, text: str) -> dict[str, str]:
        return sealing.seal(self.facts.tenant_id, self.facts.namespace, text)

    def fact(self, value: Any) -> Any:
        """A value as it may be stored for the engine alone, which reads it with ``of_fact``."""
        place = self.facts.tenant_id, self.facts.namespace
        return self.log.masker.sealed(value, lambda text: sealing.keep(*place, text))

    def of_fact(self, value: Any) -> Any:
        """The value as it was; its secrets are hidden in the log from now on."""

        def open_one(token: str) -> str | None:
            text = sealing.kept_text(self.facts.tenant_id, self.facts.namespace, token)
            if text is not None:
                self.log.learn(text)
            return text

        return opened(value, open_one)

    def render(self, snapshot: Snapshot, run: UUID | None, ask: Ask) -> Rendered | RenderFailed:
        try:
            return asking.answer(self, snapshot.runs[run] if run else None, ask)
        except DatabaseError:
            raise
        except (RenderError, TaskFailed, AppError, ValueError) as problem:
            message = str(problem)
        except Exception as problem:  # as below: nothing that a type does may stop the engine
            message = f"{type(problem).__name__}: {problem}"
        return RenderFailed(run, ask, message)

    def values_rendered(self, run: Run, values: Sequence[items.Item]) -> None:
        """Keeps the values that a loop goes over."""
        if isinstance(values, loop_lines.Lines):
            self._values[run.id] = self._known(values)
            self.left.loop_values[run.id] = values.reference()
            return
        self._values[run.id] = kept = self._sealed_items(values)
        self.left.loop_values[run.id] = list(kept)

    def start_child(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        try:
            return children.start(self, run)
        except OutputsTooLarge as problem:
            now = clock.now()
            self.say(run, "ERROR", str(problem))
            return (TryEnded(run.id, State.FAILED, now, now, TOO_LARGE, str(problem), False),)

    def start_batches(self, snapshot: Snapshot, run: Run, upto: int) -> tuple[Event, ...]:
        return batches.start(self, run, upto)

    def run_inline(self, snapshot: Snapshot, run: Run) -> tuple[Event, ...]:
        return run_quick(self, run)

    def noted(self, event: Event) -> Event:
        """Says what went wrong in the log, hides secrets in it, keeps a group's own outputs."""
        match event:
            case Rendered(run=UUID() as run, ask=Ask.DELAY, value=seconds):
                self._say_wait(self.snapshot.runs[run], timedelta(seconds=seconds))
            case RenderFailed(run=run, message=message):
                self._say_of(run, message)
                return replace(event, message=self.log.masker.text(message))
            case TryEnded(run=run, error=str(error)):
                if event.reason == Reason.TIMEOUT and self._waits(run):
                    self._say_of(run, error)
                return replace(event, error=self.log.masker.text(error))
            case Opened(run=run):
                self._keep_group_outputs(self.snapshot.runs[run])
            case RunCreated():
                return items.keyed(self, event)
            case RoundBegun():
                rounds.begin(self, event)
        return event

    def _waits(self, run: UUID) -> bool:
        """Whether nobody worked on the run: nobody else has said then what happened."""
        return self.compiled.plan.nodes[self.snapshot.runs[run].node].kind in WAITING

    def _say_wait(self, run: Run, length: timedelta) -> None:
        level_of = self.compiled.plan.nodes[run.node].task.log_level
        self.say(run, "INFO", f"Waiting for {format_duration(length)}", level_of=level_of)

    def _say_of(self, run: UUID | None, message: str) -> None:
        known = None if run is None else self.snapshot.runs.get(run)
        if run is None or known is not None:
            self.say(known, "ERROR", message)

    def _keep_group_outputs(self, run: Run) -> None:
        task = self.compiled.plan.nodes[run.node].task
        if isinstance(task, FlowableTask) and (outputs := task.group_outputs()):
            self.put_outputs(run, outputs, limited=False)

    def put_outputs(self, run: Run, value: Mapping[str, Any], *, limited: bool = True) -> None:
        """Outputs of a run, for expressions at once and for the transaction's end.

        ``OutputsTooLarge`` if they are ``limited`` and the execution has no room for them.
        """
        self.meter.take(value, limited=limited)
        if run.dynamic:  # no expression names it: it lies where no task of the flow has its outputs
            task_id, path = run.task_id, (*run.path, str(run.id))
        else:
            task_id, path = self.compiled.plan.nodes[run.node].id, run.path
            self.store.put(task_id, path, value)
        self.left.outputs.append(
            NewOutput(
                self.facts.id, run.id, task_id, path, value, self.facts.folder,
                self._secrets_in(value),
            )
        )  # fmt: skip

    def _secrets_in(self, value: Mapping[str, Any]) -> tuple[str, ...] | None:
        """The texts of outputs in which a known secret is; None if there is none at all."""
        found: list[str] = []
        self.log.masker.sealed(value, found.append)
        return tuple(found) if self.log.masker.finds_in(value) else None

    def say(
        self, run: Run | None, level: Level, message: str, *, level_of: str | None = None
    ) -> None:
        """A line in the log of a run, or of the execution."""
        if level_of is not None and LEVELS.index(level) < LEVELS.index(level_of):
            return
        task_id = None if run is None else self.compiled.plan.nodes[run.node].id
        number = 0 if run is None else run.attempts
        of = None if run is None else run.id
        self.log.say(level, message, run=of, task_id=task_id, number=number)

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
            value=None if run.value is None else self.store.shown(run.value),
        )

    def measure(self, run: Run, value: MetricValue) -> None:
        """A number of a run."""
        task_id = self.compiled.plan.nodes[run.node].id
        shown = replace(
            value,
            name=self.log.masker.text(value.name),
            tags=self.log.masker.value(dict(value.tags or {})),
        )
        self.left.metrics.append(Number(run.id, task_id, run.attempts, shown))

    def add_labels(self, labels: Mapping[str, str]) -> None:
        """Labels of the execution, which show no secret; the last value of a key wins."""
        kept = [label for label in self.facts.labels if label["key"] not in labels]
        added = [
            {"key": key, "value": self.log.masker.text(value)} for key, value in labels.items()
        ]
        self.facts.labels = [*kept, *added]
        self._shared = None
        self.left.labels_changed = True

    def set_variables(self, variables: Mapping[str, Any], remove: Sequence[str]) -> None:
        """Variables of the execution."""
        merged = {**self.facts.variables, **variables}
        merged = variable_seal(self.facts).sealed(merged, self.log.masker)
        self.facts.variables = without(self.compiled.revision.spec.variables, merged, remove)
        self._shared = None
        self.left.variables_changed = True


_slugs: dict[UUID, str] = {}


def tenant_slug(tenant_id: UUID) -> str:
    """The tenant's name in addresses; it never changes."""
    if tenant_id not in _slugs:
        found = tenants.tenant_of_id(tenant_id)
        _slugs[tenant_id] = found.slug if found else str(tenant_id)
    return _slugs[tenant_id]
