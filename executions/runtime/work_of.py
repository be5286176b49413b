"""What a worker is given for the attempts that it has claimed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from downbeat.common.scope import tenant_scope
from downbeat.sdk.context import RunInfo
from executions.engine.plan import Kind, Node
from executions.engine.state import Run, Snapshot
from executions.runtime import store
from executions.runtime.context import (
    ExecutionFacts,
    TaskStates,
    execution_context,
    outputs_view,
    run_context,
    secrets_of,
)
from executions.runtime.inbox import Message, post
from executions.runtime.inline import tenant_slug
from executions.runtime.outputs import OutputStore, place
from executions.runtime.plans import Compiled, compiled
from executions.runtime.sealing import open_token
from executions.runtime.sight import Sight, implied_of, sight_of
from executions.runtime.sql import rows
from executions.runtime.store_codec import execution_of, loaded
from executions.worker.work import AttemptKey, Work
from flows.spec.expressions import References
from flows.spec.render import merged_references, templates_of

if TYPE_CHECKING:
    from executions.runtime.turn_desk import Claim

FIRST_EPOCH: Final = 1
FENCES_PER_ATTEMPT: Final = 1_000_000
_REMEMBERED: Final = """
select id, remembered from task_run
 where tenant_id = %s and execution_id = any(%s) and id = any(%s) and remembered is not null
"""


def works_at_once(tenant_id: UUID, claims: Sequence[Claim]) -> tuple[Work, ...]:
    """The work of attempts that a turn has claimed; inside its transaction."""
    remembered = _remembered(
        tenant_id,
        [(claim.case.held.facts.id, claim.run.id) for claim in claims if claim.number > 1],
    )
    return tuple(
        work_of(
            claim.hands.facts,
            claim.case.compiled,
            claim.case.snapshot,
            claim.run,
            claim.hands.store,
            AttemptKey(tenant_id, claim.hands.facts.id, claim.run.id, claim.number, FIRST_EPOCH),
            remembered.get(claim.run.id, {}),
        )
        for claim in claims
    )


def works_of(tenant_id: UUID, keys: Iterable[AttemptKey]) -> tuple[Work, ...]:
    """The work of attempts that were claimed from the queue; opens the tenant's scope."""
    wanted = list(keys)
    with tenant_scope(tenant_id):
        named: dict[UUID, set[UUID]] = {}
        for key in wanted:
            named.setdefault(key.execution_id, set()).add(key.task_run_id)
        held = store.look(tenant_id, named)
        runs = store.runs_with_ancestors(tenant_id, named)
        # An attempt that a worker gave back keeps its number: only its lease is another one.
        again = [key for key in wanted if key.number > 1 or key.epoch > FIRST_EPOCH]
        remembered = _remembered(tenant_id, [(key.execution_id, key.task_run_id) for key in again])
        works = [
            _work(held[key.execution_id], runs[key.execution_id], key, remembered)
            for key in wanted
            if key.task_run_id in runs.get(key.execution_id, {})
        ]
        return tuple(work for work in works if work is not None)


def _work(
    held: store.Held,
    runs: dict[UUID, Run],
    key: AttemptKey,
    remembered: Mapping[UUID, Mapping[str, Any]],
) -> Work | None:
    """The work of one attempt; None if its revision cannot be read any more."""
    try:
        plan = compiled(key.tenant_id, held.flow_uid, held.facts.revision, held.facts.namespace)
    except LookupError:
        # The execution is ended by its next turn, which nothing else might bring about.
        post(key.tenant_id, key.execution_id, Message.CONTINUE, {})
        return None
    snapshot = Snapshot(execution_of(held.row, limited=plan.limited), runs)
    run = runs[key.task_run_id]
    kept = remembered.get(key.task_run_id, {})
    opener = partial(open_token, key.tenant_id, held.facts.namespace)
    store = OutputStore(held.facts.id, opener)
    return work_of(held.facts, plan, snapshot, run, store, key, kept)


def _remembered(
    tenant_id: UUID, runs: Sequence[tuple[UUID, UUID]]
) -> dict[UUID, Mapping[str, Any]]:
    if not runs:
        return {}
    executions, ids = zip(*runs, strict=True)
    found = rows(_REMEMBERED, [tenant_id, list(set(executions)), list(ids)])
    return {row[0]: loaded(row[1]) for row in found}


def work_of(
    facts: ExecutionFacts,
    plan: Compiled,
    snapshot: Snapshot,
    run: Run,
    outputs: OutputStore,
    key: AttemptKey,
    remembered: Mapping[str, Any],
) -> Work:
    """One attempt as its worker gets it; outputs that the task names come along."""
    node = plan.plan.nodes[run.node]
    inside = _inside(plan, node)
    references = _references(plan, node, inside)
    shared = execution_context(
        facts,
        plan,
        state=snapshot.execution.state,
        outputs=_named_outputs(plan, outputs, references, sight_of(plan, run)),
        tasks=_named_states(facts, plan, snapshot, references),
    )
    context = run_context(shared, plan, snapshot, run, outputs, references)
    captures = dict.fromkeys(
        name for one in (node, *inside) for name in plan.nodes[one.index].captures
    )
    kind: Literal["task", "directory"] = "directory" if node.kind is Kind.DIRECTORY else "task"
    return Work(
        key=key,
        info=_info(facts, node, run, key, outputs),
        kind=kind,
        type_name=node.task.type,
        task=node.task.raw,
        context=context,
        log_level=node.task.log_level,
        log_to_file=node.task.log_to_file,
        remembered=remembered,
        captures=tuple(captures),
        path=run.path,
        implied=implied_of(plan, node),
        masked=(*secrets_of(facts, plan), *outputs.secrets),
    )


def _info(
    facts: ExecutionFacts, node: Node, run: Run, key: AttemptKey, outputs: OutputStore
) -> RunInfo:
    return RunInfo(
        tenant=tenant_slug(facts.tenant_id),
        namespace=facts.namespace,
        flow_id=facts.flow_id,
        execution_id=str(facts.id),
        task_id=node.id,
        task_run_id=str(run.id),
        attempt=key.number,
        fence=key.number * FENCES_PER_ATTEMPT + key.epoch,
        value=None if run.value is None else outputs.shown(run.value),
    )


def _inside(plan: Compiled, node: Node) -> list[Node]:
    """The tasks that a shared directory runs in the same attempt."""
    if node.kind is not Kind.DIRECTORY:
        return []
    return [plan.plan.nodes[index] for index in node.branches.get("tasks", ())]


def _references(plan: Compiled, node: Node, inside: Sequence[Node]) -> References:
    if not inside:
        return plan.nodes[node.index].references
    texts = (text for one in (node, *inside) for _, text in templates_of(one.task))
    return merged_references(texts)


def _named_outputs(
    plan: Compiled, outputs: OutputStore, references: References, sight: Sight | None
) -> dict[str, Any]:
    """The outputs that are named literally; others are read when they are asked for."""
    view = outputs_view(outputs, plan)
    found: dict[str, Any] = {}
    whole: list[str] = []
    for path in references.outputs:
        if len(path) < 2:
            continue
        task_id = str(path[1])
        if plan.depths.get(task_id, 0):
            whole.append(task_id)
        elif task_id in view:
            found[task_id] = view[task_id]
    if whole:
        for task_id in dict.fromkeys(whole):
            prefix = sight.prefix(task_id) if sight is not None else ()
            if known := outputs.below(task_id, prefix):
                place(found, (task_id, *prefix), known.get("", known))
    return found


def _named_states(
    facts: ExecutionFacts, plan: Compiled, snapshot: Snapshot, references: References
) -> dict[str, Any]:
    if "tasks" not in references.names:
        return {}
    opener = partial(open_token, facts.tenant_id, facts.namespace)
    states = TaskStates(facts, plan, lambda: snapshot, opener)
    named = {str(path[1]) for path in references.paths if path[0] == "tasks" and len(path) > 1}
    return {task_id: states[task_id] for task_id in named if task_id in states}
