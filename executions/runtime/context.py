"""What expressions of an execution see: flow, execution, inputs, outputs, the run and those around.

Outputs and the states of tasks are read when they are named; ``parent`` and ``parents`` are made
only for tasks that name them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from downbeat.common.clock import wire
from downbeat.sdk.sealed import opened
from executions.engine.state import Run, Snapshot, State
from executions.runtime.folders import folder_of
from executions.runtime.outputs import Opener, Outputs, OutputStore, place
from executions.runtime.plans import Compiled, namespace_of
from executions.runtime.sealing import ValueSeal, open_token
from executions.runtime.sight import is_item, items_around, sight_of
from executions.runtime.sql import rows
from executions.runtime.variables import visible
from flows.spec.expressions import References
from flows.spec.inputs import lookup, put
from tenants import facade as tenants

HANDED_ON: Final = frozenset({"taskRunValue", "outputs"})
PARENTS: Final = frozenset({"parent", "parents"})

_STATES: Final = """
select path, state, id from task_run
 where tenant_id = %s and execution_id = %s and task_id = %s order by created_at, id
"""


@dataclass(slots=True)
class ExecutionFacts:
    """What the row of an execution says to expressions."""

    tenant_id: UUID
    id: UUID
    namespace: str
    flow_id: str
    revision: int
    created_at: datetime
    original_id: UUID
    inputs: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    labels: list[dict[str, Any]] = field(default_factory=list)
    trigger: Mapping[str, Any] | None = None
    kind: str | None = None

    @property
    def folder(self) -> str:
        """The execution's folder in storage."""
        return folder_of(self.namespace, self.flow_id, self.id)


def execution_context(
    facts: ExecutionFacts,
    compiled: Compiled,
    *,
    state: str,
    outputs: Mapping[str, Any],
    tasks: Mapping[str, Any],
) -> dict[str, Any]:
    """The part of a context that all runs of an execution share."""
    ours = settings.DOWNBEAT
    namespace = namespace_of(facts.tenant_id, facts.namespace)
    own, _ = variable_seal(facts).opened(facts.variables)
    variables, _ = _cause_of(facts)
    context: dict[str, Any] = {
        "flow": {
            "id": facts.flow_id,
            "namespace": facts.namespace,
            "revision": facts.revision,
            "tenantId": tenants.tenant_slug(facts.tenant_id),
        },
        "execution": {
            "id": str(facts.id),
            "startDate": wire(facts.created_at),
            "originalId": str(facts.original_id),
            "state": state,
        },
        "inputs": opened_inputs(facts, compiled)[0],
        "vars": visible(compiled.revision.spec.variables, own),
        "labels": labels_tree(facts.labels),
        "namespace": {"id": facts.namespace, "variables": namespace.variables if namespace else {}},
        "outputs": outputs,
        "tasks": tasks,
        "envs": dict(ours.task_variables),
        "globals": dict(ours.global_variables),
    }
    if facts.trigger is not None:
        context["trigger"] = variables
        if "date" in variables:
            context["schedule"] = variables
    return context


def opened_inputs(
    facts: ExecutionFacts, compiled: Compiled
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The inputs as tasks see them, secrets opened, and the secrets' texts."""
    given, texts = ValueSeal(facts.tenant_id, facts.namespace, facts.flow_id).opened(facts.inputs)
    if not compiled.secret_inputs:
        return given, texts
    inputs = dict(given)
    found = list(texts)
    for name in compiled.secret_inputs:
        sealed = lookup(inputs, name)
        if isinstance(sealed, str) and sealed:
            found.append(tenants.decrypt(sealed))
            put(inputs, name, found[-1])
    return inputs, tuple(found)


def secrets_of(facts: ExecutionFacts, compiled: Compiled) -> tuple[str, ...]:
    """What an execution knows from its start that nothing may show."""
    return (
        *opened_inputs(facts, compiled)[1],
        *variable_seal(facts).opened(facts.variables)[1],
        *_cause_of(facts)[1],
    )


def variable_seal(facts: ExecutionFacts) -> ValueSeal:
    """What seals the variables that tasks of an execution set."""
    return ValueSeal(facts.tenant_id, facts.namespace, facts.flow_id, kind="variable")


def _cause_of(facts: ExecutionFacts) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The variables of an execution's cause, and the texts that were sealed in them.

    Sealed may be the value of a loop that a parent's task hands on, and flow outputs that were
    heard of; nothing else is looked at, for a cause may be large.
    """
    variables = dict((facts.trigger or {}).get("variables") or {})
    texts: list[str] = []

    def open_one(token: str) -> str | None:
        text = open_token(facts.tenant_id, facts.namespace, token)
        if text is not None:
            texts.append(text)
        return text

    for name in HANDED_ON & variables.keys():
        variables[name] = opened(variables[name], open_one)
    return variables, tuple(texts)


def labels_tree(labels: list[dict[str, Any]]) -> dict[str, Any]:
    """Labels as expressions see them: nested at dots, and the first of equal keys."""
    tree: dict[str, Any] = {}
    for label in reversed(labels):
        place(tree, str(label["key"]).split("."), label["value"])
        tree.setdefault(str(label["key"]), label["value"])
    return tree


def run_context(
    shared: Mapping[str, Any],
    compiled: Compiled,
    snapshot: Snapshot,
    run: Run,
    store: OutputStore,
    references: References,
) -> dict[str, Any]:
    """The context of one run."""
    node = compiled.plan.nodes[run.node]
    started = next(
        (m.at for m in reversed(run.history) if m.state is State.RUNNING), run.history[0].at
    )
    taskrun: dict[str, Any] = {
        "id": str(run.id),
        "startDate": wire(started),
        "attemptsCount": run.attempts,
    }
    if run.parent is not None:
        taskrun["parentId"] = str(run.parent)
    if run.value is not None:
        taskrun["value"] = store.shown(run.value)
    if run.iteration is not None:
        taskrun["iteration"] = run.iteration
    context = {
        **shared,
        "task": {"id": node.id, "type": node.task.type},
        "taskrun": taskrun,
    }
    _isolate(context, compiled, snapshot, run, store)
    if references.has_dynamic or not PARENTS.isdisjoint(references.names) or _prints(references):
        parents = parents_of(compiled, snapshot, run, store)
        if parents:
            context["parent"] = parents[0]
            context["parents"] = parents
    return context


def _isolate(
    context: dict[str, Any],
    compiled: Compiled,
    snapshot: Snapshot,
    run: Run,
    store: OutputStore,
) -> None:
    """Inside isolated loops: the item, and the outputs of its own iteration."""
    if (sight := sight_of(compiled, run)) is not None:
        context["outputs"] = sight.of(context["outputs"])
    if items := items_around(compiled, snapshot, run, store.shown):
        context["item"] = {**items[0], "parents": items[1:]}
        if items[1:]:
            context["item"]["parent"] = items[1]
        context["taskrun"] |= _of_item(compiled, snapshot, run, store)


def _of_item(
    compiled: Compiled, snapshot: Snapshot, run: Run, store: OutputStore
) -> dict[str, Any]:
    """``taskrun`` of a task directly in an item's group: value and number are those of the item."""
    above = snapshot.runs.get(run.parent) if run.parent is not None else None
    if above is None or not is_item(compiled.plan, compiled.plan.nodes[above.node]):
        return {}
    value = None if above.value is None else store.shown(above.value)
    return {"value": value, "iteration": above.iteration}


def _prints(references: References) -> bool:
    return not {"printContext", "fetchContext", "currentEachOutput"}.isdisjoint(
        references.functions
    )


def parents_of(
    compiled: Compiled, snapshot: Snapshot, run: Run, store: OutputStore
) -> list[dict[str, Any]]:
    """The groups around a run that have a value or outputs, the nearest first."""
    found = []
    for id in reversed(run.ancestors):
        above = snapshot.runs.get(id)
        if above is None:
            continue
        entry: dict[str, Any] = {}
        if above.value is not None:
            entry["taskrun"] = {"value": store.shown(above.value)}
        try:
            entry["outputs"] = store.exactly(compiled.plan.nodes[above.node].id, above.path)
        except KeyError:
            pass
        if entry:
            found.append(entry)
    return found


class TaskStates(Mapping[str, Any]):
    """``tasks`` in an expression: the states of task runs, keyed by iteration values."""

    def __init__(
        self,
        facts: ExecutionFacts,
        compiled: Compiled,
        snapshot: Callable[[], Snapshot | None],
        open_one: Opener | None = None,
    ) -> None:
        self._open_one = open_one
        self._facts, self._compiled, self._snapshot = facts, compiled, snapshot

    def __getitem__(self, task_id: str) -> Any:
        found: dict[str, Any] = {}
        for path, state in self._states(task_id):
            place(found, (*path, "state"), state)
        if not found:
            raise KeyError(task_id)
        return found if self._open_one is None else opened(found, self._open_one)

    def _states(self, task_id: str) -> Iterator[tuple[tuple[str, ...], str]]:
        facts = [self._facts.tenant_id, self._facts.id, task_id]
        snapshot = self._snapshot()
        dropped = snapshot.dropped if snapshot else ()
        for path, state, id in rows(_STATES, facts):
            if id not in dropped:
                yield tuple(path), state
        for run in snapshot.runs.values() if snapshot else ():
            if not run.dynamic and self._compiled.plan.nodes[run.node].id == task_id:
                yield run.path, run.state

    def __iter__(self) -> Iterator[str]:
        return iter([node.id for node in self._compiled.plan.nodes if node.id in self])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def outputs_view(store: OutputStore, compiled: Compiled, open_one: Opener | None = None) -> Outputs:
    """``outputs`` of an execution; ``open_one`` opens sealed texts in them."""
    return Outputs(store, compiled.depths, open_one)
