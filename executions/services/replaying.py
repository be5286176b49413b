"""What a new execution takes over from an old one: copies of its task runs, some of them anew.

Preparing changes nothing, so that what would happen can be shown; only ``begin`` writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection

from downbeat.common import clock
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant
from executions.contracts import StartOptions
from executions.engine.plan import Plan
from executions.engine.replaying import at_work, replay, whole
from executions.engine.restarting import restart
from executions.engine.rules import lining
from executions.engine.state import Run, Scope, Snapshot
from executions.models import Execution
from executions.runtime import store, store_statements
from executions.runtime.output_limit import KEY, stored_bytes
from executions.runtime.plans import Compiled, compiled
from executions.runtime.store_codec import execution_of, run_json, scope_json
from executions.services.creation import Beginning, text
from executions.services.errors import CannotReplayThere, CannotRestart, ReplayTooEarly
from executions.services.inputs import AcceptedInputs
from executions.services.start import create_started
from flows.contracts import RevisionRef

_COPY_OUTPUTS: Final = """
insert into output (tenant_id, execution_id, task_run_id, task_id, path, value, uri, size)
select o.tenant_id, %(new)s, i.new, o.task_id, o.path, o.value, o.uri, o.size
  from output o join unnest(%(olds)s::uuid[], %(news)s::uuid[]) as i(old, new)
    on o.task_run_id = i.old
 where o.tenant_id = %(tenant)s and o.execution_id = %(old)s
"""
_COPY_LOOPS: Final = """
update task_run t set loop_values = o.loop_values
  from task_run o join unnest(%(olds)s::uuid[], %(news)s::uuid[]) as i(old, new) on o.id = i.old
 where o.tenant_id = %(tenant)s and o.execution_id = %(old)s and o.loop_values is not null
   and t.tenant_id = %(tenant)s and t.execution_id = %(new)s and t.id = i.new
"""
_COUNT_OUTPUTS: Final = f"""
update execution set progress = progress || jsonb_build_object('{KEY}', %s::bigint)
 where tenant_id = %s and id = %s
"""
_COPY_ATTEMPTS: Final = """
insert into attempt (tenant_id, execution_id, task_run_id, number, kind, state, histories,
    worker_group, priority, lease_epoch, worker_id, kill_requested, created_at, started_at,
    ended_at, reason, error, log_file)
select a.tenant_id, %(new)s, i.new, a.number, a.kind, a.state, a.histories, a.worker_group,
    a.priority, a.lease_epoch, a.worker_id, a.kill_requested, a.created_at, a.started_at,
    a.ended_at, a.reason, a.error, a.log_file
  from attempt a join unnest(%(olds)s::uuid[], %(news)s::uuid[]) as i(old, new)
    on a.task_run_id = i.old
 where a.tenant_id = %(tenant)s and a.execution_id = %(old)s and a.ended_at is not null
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken over: the runs with which it goes on, and where they come from."""

    plan: Plan
    runs: tuple[Run, ...]
    scope: Scope
    ids: Mapping[UUID, UUID]
    """Old ids to new ones."""
    anew: frozenset[UUID]
    """Old ids of runs of which not even the attempts are kept."""
    old: Mapping[UUID, Run]
    """All runs that the old execution has."""
    old_plan: Plan


def taken_from_run(row: Execution, run_id: UUID, revision: RevisionRef) -> Taken:
    """What a replay from a task run begins with; ``CannotReplayThere`` if there is no such step."""
    was, now, snapshot, runs = _loaded(row, revision)
    if run_id not in snapshot.runs or snapshot.runs[run_id].dynamic:
        raise CannotReplayThere(task_run_id=str(run_id))
    run_id = whole(now.plan, snapshot, run_id)
    if busy := at_work(now.plan, snapshot, run_id):
        raise ReplayTooEarly(tasks=", ".join(sorted({now.plan.nodes[run.node].id for run in busy})))
    found = replay(now.plan, snapshot, run_id, new_id=uuid7, now=clock.now())
    anew = frozenset({run_id})
    return Taken(now.plan, found.runs, found.scope, found.ids, anew, runs, was.plan)


def taken_from_failure(row: Execution, revision: RevisionRef) -> Taken:
    """What a restart goes on with, on its own revision or on another one."""
    was, now, snapshot, runs = _loaded(row, revision)
    if not restart(now.plan, snapshot, clock.now()):
        raise CannotRestart(state=row.state)
    ids = {id: uuid7() for id in sorted(snapshot.runs)}
    copies = tuple(_copied(run, ids) for run in snapshot.runs.values())
    scope = snapshot.execution.scope
    return Taken(now.plan, copies, scope, ids, frozenset(), runs, was.plan)


def begin(row: Execution, taken: Taken, started_as: Start) -> UUID:
    """Starts the execution that takes over; returns its id."""
    revision = started_as.revision
    now = compiled(current_tenant(), revision.uid, revision.revision, revision.namespace)
    progress: dict[str, Any] = {"scope": scope_json(taken.scope)}
    if now.limited:
        progress["admitted"] = False
    agenda = [str(run.id) for run in taken.runs if not run.folded]
    beginning = Beginning(progress=progress, agenda=agenda)
    started = create_started(
        revision, started_as.inputs, started_as.options, started_as.id, beginning
    )
    kept = {old: new for old, new in taken.ids.items() if old not in taken.anew}
    _write(started.id, taken.runs, taken.plan)
    _copy(row.id, started.id, kept)
    return started.id


@dataclass(frozen=True, slots=True)
class Start:
    """The new execution: what it runs, and with which inputs."""

    id: UUID
    revision: RevisionRef
    inputs: AcceptedInputs
    options: StartOptions


def _loaded(
    row: Execution, revision: RevisionRef
) -> tuple[Compiled, Compiled, Snapshot, dict[UUID, Run]]:
    """Both plans, the old execution on the new plan, and its runs on the old one."""
    tenant_id = current_tenant()
    was = compiled(tenant_id, row.flow_uid, row.revision, row.namespace)
    now = compiled(tenant_id, row.flow_uid, revision.revision, row.namespace)
    held = store.look(tenant_id, [row.id])[row.id]
    runs = store.all_runs(tenant_id, [row.id]).get(row.id, {})
    moved = _moved(runs, was.plan, now.plan)
    return was, now, Snapshot(execution_of(held.row, limited=was.limited), moved), runs


def _moved(runs: dict[UUID, Run], old: Plan, new: Plan) -> dict[UUID, Run]:
    """Runs at the nodes of another revision's plan; those of tasks that it lacks are left out."""
    if old is new:
        return dict(runs)
    moved: dict[UUID, Run] = {}
    for run in sorted(runs.values(), key=lambda run: len(run.ancestors)):
        node = None if run.dynamic else new.of_task(old.nodes[run.node].id)
        if node is not None and (run.parent is None or run.parent in moved):
            moved[run.id] = replace(run, node=node.index)
    return moved


def _copied(run: Run, ids: Mapping[UUID, UUID]) -> Run:
    """The run under its new id; a child execution of the old one answers to the old one only."""
    copied = replace(
        lining.relinked(run, ids),
        id=ids[run.id],
        parent=ids[run.parent] if run.parent else None,
        ancestors=tuple(ids[id] for id in run.ancestors),
    )
    if run.folded or run.scope is not None:
        return copied
    kept = {name: fact for name, fact in copied.facts.items() if name == lining.IN_LINE}
    return replace(copied, child=None, facts=kept)


def _write(new_id: UUID, runs: tuple[Run, ...], plan: Plan) -> None:
    records = [run_json(new_id, run, plan) for run in runs]
    facts: dict[str, Any] = {"tenant": current_tenant(), "records": text(records)}
    with connection.cursor() as cursor:
        cursor.execute(store_statements.NEW_RUNS, facts)


def _copy(old_id: UUID, new_id: UUID, ids: Mapping[UUID, UUID]) -> None:
    """Attempts, outputs and loop values of the runs that are kept; one that runs anew has none."""
    facts: dict[str, Any] = {
        "tenant": current_tenant(),
        "old": old_id,
        "new": new_id,
        "olds": list(ids),
        "news": list(ids.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COPY_ATTEMPTS, facts)
        cursor.execute(_COPY_OUTPUTS, facts)
        cursor.execute(_COPY_LOOPS, facts)
        if settings.DOWNBEAT.message_limit_bytes is not None:
            bytes_copied = stored_bytes(new_id)
            cursor.execute(_COUNT_OUTPUTS, [bytes_copied, current_tenant(), new_id])
