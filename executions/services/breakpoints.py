"""Breakpoints: before which tasks an execution stops, and how it goes on from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from downbeat.common.errors import FieldError
from downbeat.common.scope import current_tenant
from executions.engine.plan import Kind, Node, Plan
from executions.engine.rules.breaking import STOPPED_AT
from executions.models import Execution
from executions.runtime.inbox import post
from executions.runtime.plans import compiled
from executions.services.control import editable
from executions.services.errors import BreakpointInvalid, WrongState
from flows.contracts import RevisionRef
from tenants.actors import Actor

Breakpoints = Sequence[Mapping[str, Any]]


def checked(revision: RevisionRef, wanted: Breakpoints) -> None:
    """Raises ``BreakpointInvalid`` for a breakpoint at which an execution can never stop."""
    if not wanted:
        return
    plan = compiled(revision.tenant_id, revision.uid, revision.revision, revision.namespace).plan
    for point in wanted:
        reason = _never(plan, str(point["id"]))
        if reason is not None:
            error = FieldError(reason, path="breakpoints", code="breakpoint")
            raise BreakpointInvalid(errors=[error], task_id=point["id"], reason=reason)


def resume(id: UUID, wanted: Breakpoints | None, *, actor: Actor) -> Execution:
    """Lets an execution go on that stopped at a breakpoint; new breakpoints replace the old ones.

    With None the old ones stand; a loop stops at its next value then.
    """
    row = editable(id, actor)
    if row.state != "PAUSED" or STOPPED_AT not in row.facts:
        raise WrongState(state=row.state, needed="an execution that stopped at a breakpoint")
    payload: dict[str, Any] = {"at_breakpoint": True}
    if wanted is not None:
        revision = compiled(current_tenant(), row.flow_uid, row.revision, row.namespace).revision
        checked(revision, wanted)
        payload["breakpoints"] = [dict(point) for point in wanted]
        Execution.objects.filter(id=row.id).update(breakpoints=payload["breakpoints"] or None)
    post(current_tenant(), row.id, "resume", payload)
    return row


def _never(plan: Plan, task_id: str) -> str | None:
    node = plan.of_task(task_id)
    if node is None:
        return f"the flow has no task '{task_id}', or it is disabled"
    if _root(plan, node).branch == "after":
        return f"'{task_id}' runs after the execution"
    if any(above.kind is Kind.DIRECTORY for above in _around(plan, node)):
        return f"'{task_id}' runs inside a working directory, on one worker in one go"
    return None


def _around(plan: Plan, node: Node) -> list[Node]:
    found = []
    while node.parent is not None:
        node = plan.nodes[node.parent]
        found.append(node)
    return found


def _root(plan: Plan, node: Node) -> Node:
    return (_around(plan, node) or [node])[-1]
