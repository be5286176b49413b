"""Deletes executions with what they left: rows at once, files after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import transaction

from downbeat.common.scope import current_tenant
from executions.engine.state import State
from executions.models import Execution
from executions.runtime import children
from executions.runtime.folders import folders_of
from executions.runtime.inbox import Message, post_all
from executions.runtime.remains import remove_folders, remove_rows
from executions.runtime.turn_admission import release_waiting
from executions.selectors.states import TERMINAL
from executions.services.control import editable
from executions.services.errors import StillRunning
from tenants import facade as tenants
from tenants.actors import Actor


@dataclass(frozen=True, slots=True)
class DeletionScope:
    """What goes with an execution, besides its rows of state."""

    logs: bool = True
    metrics: bool = True
    files: bool = True
    live_too: bool = False

    @property
    def kept(self) -> frozenset[str]:
        """The tables of records that stay."""
        wanted = {"log_line": not self.logs, "metric": not self.metrics}
        return frozenset(table for table, stays in wanted.items() if stays)


def delete(id: UUID, scope: DeletionScope, *, actor: Actor) -> None:
    """Deletes an execution; refused while it runs."""
    row = editable(id, actor, "execution.delete")
    if row.state not in TERMINAL and not scope.live_too:
        raise StillRunning(state=row.state)
    tenant_id = current_tenant()
    remove_rows([row.id], kept=scope.kept)
    if row.ended_at is None:
        _tell_of_the_end(row)
    if scope.files:
        former = tenants.former_paths(row.namespace)
        folders = folders_of(row.namespace, former, row.flow_id, row.id)
        transaction.on_commit(partial(remove_folders, tenant_id, folders))


def _tell_of_the_end(row: Execution) -> None:
    """Those who would wait for ever: for its slot, for its end, or to be told to stop."""
    tenant_id = current_tenant()
    children.kill_all(tenant_id, row.id)
    if row.parent_id is not None and row.parent_task_run_id is not None:
        payload = {
            "task_run_id": str(row.parent_task_run_id),
            "child_id": str(row.id),
            "state": State.KILLED,
            "outputs": {},
        }
        post_all(tenant_id, [(row.parent_id, Message.CHILD_ENDED, payload)], ring=True)
    release_waiting(tenant_id, row.flow_uid)
