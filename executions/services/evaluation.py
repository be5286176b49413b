"""Evaluates an expression as a task run, or the execution as a whole, would see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from downbeat.common.scope import current_tenant
from executions.engine.state import Execution as EngineExecution
from executions.engine.state import Moment, Run, Snapshot, State
from executions.models import Execution, TaskRun
from executions.runtime.context import (
    ExecutionFacts,
    TaskStates,
    execution_context,
    outputs_view,
    run_context,
)
from executions.runtime.expression_services import ShellServices
from executions.runtime.outputs import OutputStore
from executions.runtime.plans import Compiled, compiled
from executions.runtime.variables import visible
from executions.selectors.states import instant
from executions.services.control import editable, require_task_run
from flows.spec.expressions import ExpressionError, compile_template
from tenants.actors import Actor


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A result as text, or why there is none."""

    result: str | None = None
    error: str | None = None


class _SealedServices(ShellServices):
    """The world without secrets: whoever may look at an execution may not read them."""

    def secret(self, name: str, namespace: str | None) -> str:
        """A placeholder that says which secret would stand here."""
        return f"***{name}***"


def evaluate(id: UUID, task_run_id: str | None, source: str, *, actor: Actor) -> Evaluated:
    """Renders an expression; a failing one is an answer, an unknown task run is refused."""
    row = editable(id, actor)
    run_id = require_task_run(row.id, task_run_id) if task_run_id else None
    services = _SealedServices(
        tenant_id=current_tenant(), namespace=row.namespace, execution_id=row.id
    )
    try:
        template = compile_template(source)
        context = _context(row, run_id, template.references)
        value = template.evaluate(context, services=services)
    except ExpressionError as problem:
        return Evaluated(error=str(problem))
    return Evaluated(result=_text(value))


def _context(row: Execution, run_id: UUID | None, references: Any) -> Mapping[str, Any]:
    plan = compiled(current_tenant(), row.flow_uid, row.revision, row.namespace)
    facts = _facts(row, plan)
    store = OutputStore(row.id)
    shared = execution_context(
        facts,
        plan,
        state=row.state,
        outputs=outputs_view(store, plan),
        tasks=TaskStates(facts, plan, lambda: None),
    )
    # Secrets among the inputs, the variables and the cause's stay sealed here.
    sealed = {
        "inputs": row.inputs,
        "vars": visible(plan.revision.spec.variables, row.variables),
    }
    cause = (row.trigger or {}).get("variables") or {}
    shared |= sealed | {name: cause for name in ("trigger", "schedule") if name in shared}
    if run_id is None:
        return shared
    snapshot = _snapshot(row, run_id)
    run = snapshot.runs[run_id]
    if run.dynamic:
        return shared
    return run_context(shared, plan, snapshot, run, store, references)


def _facts(row: Execution, plan: Compiled) -> ExecutionFacts:
    return ExecutionFacts(
        tenant_id=current_tenant(),
        id=row.id,
        namespace=row.namespace,
        flow_id=row.flow_id,
        revision=plan.revision.revision,
        created_at=row.created_at,
        original_id=row.original_id,
        inputs=row.inputs,
        variables=row.variables,
        labels=row.labels,
        trigger=row.trigger,
        kind=row.kind,
    )


def _snapshot(row: Execution, run_id: UUID) -> Snapshot:
    """The run and the groups around it."""
    found = TaskRun.objects.filter(execution_id=row.id, id=run_id).first()
    ids = [run_id, *(found.ancestors if found else ())]
    rows = TaskRun.objects.filter(execution_id=row.id, id__in=ids)
    runs = {item.id: _run(item) for item in rows}
    return Snapshot(execution=EngineExecution(id=row.id, state=State(row.state)), runs=runs)


def _run(row: TaskRun) -> Run:
    history = tuple(Moment(State(item["state"]), instant(item["date"])) for item in row.histories)
    return Run(
        id=row.id,
        node=row.node,
        parent=row.parent_id,
        ancestors=tuple(row.ancestors),
        path=tuple(row.path),
        iteration=row.iteration,
        value=row.value,
        state=State(row.state),
        history=history or (Moment(State(row.state), row.created_at),),
        attempts=row.attempts,
        dynamic=row.dynamic,
        task_id=row.task_id,
    )


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return str(value)
        case _:
            return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=_plain).decode()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
