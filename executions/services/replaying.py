"""Writes an execution that begins in the middle: copies of earlier task runs, and one anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.db import connection

from downbeat.common import clock
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant
from executions.contracts import StartOptions
from executions.engine.plan import Plan
from executions.engine.replaying import Replayed, replay
from executions.engine.state import Run, Snapshot
from executions.models import Execution
from executions.runtime import store, store_statements
from executions.runtime.plans import compiled
from executions.runtime.store_codec import execution_of, run_json, scope_json
from executions.services.creation import text
from executions.services.errors import CannotReplayThere
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


def replay_from(row: Execution, run_id: UUID, revision: RevisionRef, options: StartOptions) -> UUID:
    """Starts an execution whose earlier task runs are copies; returns its id."""
    tenant_id = current_tenant()
    old = compiled(tenant_id, row.flow_uid, row.revision)
    new = compiled(tenant_id, row.flow_uid, revision.revision)
    held = store.look(tenant_id, [row.id])[row.id]
    runs = store.all_runs(tenant_id, [row.id]).get(row.id, {})
    snapshot = Snapshot(
        execution_of(held.row, limited=old.limited), _moved(runs, old.plan, new.plan)
    )
    if run_id not in snapshot.runs or snapshot.runs[run_id].dynamic:
        raise CannotReplayThere(task_run_id=str(run_id))
    replayed = replay(new.plan, snapshot, run_id, new_id=uuid7, now=clock.now())
    progress: dict[str, Any] = {"scope": scope_json(replayed.scope)}
    if new.limited:
        progress["admitted"] = False
    inputs = AcceptedInputs(row.inputs, row.inputs)
    agenda = [str(run.id) for run in replayed.runs if not run.folded]
    started = create_started(revision, inputs, options, uuid7(), progress=progress, agenda=agenda)
    earlier = {old_id: id for old_id, id in replayed.ids.items() if old_id != run_id}
    _write(started.id, replayed, new.plan)
    _copy(row.id, started.id, earlier)
    return started.id


def _moved(runs: dict[UUID, Run], old: Plan, new: Plan) -> dict[UUID, Run]:
    """Runs at the nodes of another revision's plan; those of tasks that it lacks are left out."""
    if old is new:
        return runs
    moved: dict[UUID, Run] = {}
    for run in sorted(runs.values(), key=lambda run: len(run.ancestors)):
        node = None if run.dynamic else new.of_task(old.nodes[run.node].id)
        if node is not None and (run.parent is None or run.parent in moved):
            moved[run.id] = replace(run, node=node.index)
    return moved


def _write(new_id: UUID, replayed: Replayed, plan: Plan) -> None:
    records = [run_json(new_id, run, plan) for run in replayed.runs]
    facts: dict[str, Any] = {"tenant": current_tenant(), "records": text(records)}
    with connection.cursor() as cursor:
        cursor.execute(store_statements.NEW_RUNS, facts)


def _copy(old_id: UUID, new_id: UUID, ids: Mapping[UUID, UUID]) -> None:
    """Attempts and outputs of the runs that are kept; the one that runs anew has none yet."""
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
