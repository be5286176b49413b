"""What people do to a live execution: each asks the engine by a message, and rings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import connection

from downbeat.common.errors import Denied
from downbeat.common.scope import current_tenant
from executions.engine import restarting
from executions.engine.state import Snapshot
from executions.models import Execution
from executions.runtime import store
from executions.runtime.inbox import post
from executions.runtime.plans import compiled
from executions.runtime.store_codec import execution_of
from executions.selectors import executions as selector
from executions.selectors.states import ALL, TERMINAL
from executions.services.errors import (
    StateFixed,
    StateInvalid,
    TaskRunMissing,
    WrongState,
)
from tenants import facade as tenants
from tenants.access import require
from tenants.actors import Actor

PAUSABLE: Final = frozenset({"RUNNING"})
FORCEABLE: Final = frozenset({"QUEUED", "CREATED", "PAUSED"})

_HAS_RUN: Final = """
select 1 from task_run where tenant_id = %s and execution_id = %s and id = %s
"""


def kill(id: UUID, *, actor: Actor, cascade: bool = True) -> Execution:
    """Asks for the end of an execution; its running tasks are interrupted."""
    row = _live(id, actor, "execution.kill")
    _send(row, "kill", {"cascade": cascade, "by": actor.name})
    return row


def pause(id: UUID, *, actor: Actor) -> Execution:
    """Asks that nothing new starts until the execution is resumed."""
    row = _in_states(id, actor, PAUSABLE)
    _send(row, "pause", {})
    return row


def resume(id: UUID, inputs: Mapping[str, Any], *, actor: Actor) -> Execution:
    """Lets a paused execution go on, with the inputs that its pause asks for."""
    from executions.services import pauses

    row = editable(id, actor)
    if row.state != "PAUSED" and not pauses.waits_afterwards(row):
        raise WrongState(state=row.state, needed="PAUSED")
    _send(row, "resume", pauses.resumption(row, inputs))
    return row


def force_run(id: UUID, *, actor: Actor) -> Execution:
    """Lets an execution go on that waits for a slot, its date or a person."""
    row = _in_states(id, actor, FORCEABLE)
    _send(row, "force_run", {})
    return row


def unqueue(id: UUID, *, actor: Actor, state: str | None = None) -> Execution:
    """Releases an execution that its flow's concurrency limit holds back."""
    row = _in_states(id, actor, frozenset({"QUEUED"}))
    wanted = state or "RUNNING"
    if wanted not in {"RUNNING", "CANCELLED", "FAILED"}:
        raise StateInvalid(state=wanted, allowed="RUNNING, CANCELLED, FAILED")
    if wanted == "RUNNING":
        _send(row, "force_run", {})
    else:
        _send(row, "set_status", {"state": wanted, "by": actor.name})
    return row


def change_status(id: UUID, state: str, *, actor: Actor) -> Execution:
    """Gives an ended execution another terminal state by hand."""
    if state not in TERMINAL:
        raise StateInvalid(state=state, allowed=", ".join(sorted(TERMINAL)))
    row = _in_states(id, actor, TERMINAL)
    _send(row, "set_status", {"state": state})
    return row


def change_task_run_state(id: UUID, task_run_id: str, state: str, *, actor: Actor) -> Execution:
    """Gives a task run another state by hand; the execution goes on from there."""
    if state not in ALL:
        raise StateInvalid(state=state, allowed=", ".join(sorted(ALL)))
    row = _editable(id, actor)
    run_id = require_task_run(row.id, task_run_id)
    if reason := _why_not(row, run_id):
        raise StateFixed(task_run_id=task_run_id, reason=reason)
    _send(row, "set_state", {"task_run_id": task_run_id, "state": state})
    return row


def _why_not(row: Execution, run_id: UUID) -> str | None:
    """Why the turn that takes up a change of state would refuse it; else None."""
    tenant_id = current_tenant()
    plan = compiled(tenant_id, row.flow_uid, row.revision, row.namespace)
    held = store.look(tenant_id, [row.id])[row.id]
    runs = store.all_runs(tenant_id, [row.id]).get(row.id, {})
    snapshot = Snapshot(execution_of(held.row, limited=plan.limited), dict(runs))
    return restarting.why_not(plan.plan, snapshot, run_id)


def require_task_run(execution_id: UUID, task_run_id: str) -> UUID:
    """The id of a task run of the execution; ``TaskRunMissing`` for any other text."""
    try:
        id = UUID(task_run_id)
    except ValueError:
        raise TaskRunMissing(task_run_id=task_run_id) from None
    with connection.cursor() as cursor:
        cursor.execute(_HAS_RUN, [current_tenant(), execution_id, id])
        if cursor.fetchone() is None:
            raise TaskRunMissing(task_run_id=task_run_id)
    return id


def each(ids: list[UUID], act: Callable[[UUID], object]) -> tuple[int, list[dict[str, str]]]:
    """Does the same to many; counts the successes and says why others were refused."""
    from downbeat.common.errors import AppError

    done, refused = 0, []
    for id in ids:
        try:
            act(id)
        except Denied:
            raise
        except AppError as problem:
            refused.append({"message": problem.message, "invalidValue": str(id)})
        else:
            done += 1
    return done, refused


def editable(id: UUID, actor: Actor, permission: str = "execution.edit") -> Execution:
    """An execution on which the actor has a right; 404 when it may not be seen."""
    row = selector.find(actor, id)
    require(actor, permission, row.namespace_id)
    return row


def _editable(id: UUID, actor: Actor) -> Execution:
    return editable(id, actor)


def _in_states(id: UUID, actor: Actor, states: frozenset[str]) -> Execution:
    row = _editable(id, actor)
    if row.state not in states:
        raise WrongState(state=row.state, needed=" or ".join(sorted(states)))
    return row


def _live(id: UUID, actor: Actor, permission: str) -> Execution:
    row = editable(id, actor, permission)
    if row.state in TERMINAL:
        raise WrongState(state=row.state, needed="a live execution")
    return row


def _send(row: Execution, kind: str, payload: Mapping[str, Any]) -> None:
    asked = {"asked": kind, **({"state": payload["state"]} if "state" in payload else {})}
    id = str(row.id)
    tenants.tell_audit(before={id: {"state": row.state}}, after={id: asked})
    post(current_tenant(), row.id, kind, payload)
