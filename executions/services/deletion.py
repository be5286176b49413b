"""Deletes executions with what they left: rows at once, files after the commit."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from downbeat.common import storage
from downbeat.common.scope import current_tenant
from executions.models import Execution
from executions.selectors.states import TERMINAL
from executions.services.control import editable
from executions.services.errors import StillRunning
from tenants.actors import Actor

log = logging.getLogger(__name__)

PARTS: Final = ("attempt", "task_run", "output", "log_line", "metric", "journal", "inbox", "timer")


@dataclass(frozen=True, slots=True)
class DeletionScope:
    """What goes with an execution, besides its rows of state."""

    logs: bool = True
    metrics: bool = True
    files: bool = True
    live_too: bool = False


def delete(id: UUID, scope: DeletionScope, *, actor: Actor) -> None:
    """Deletes an execution; refused while it runs."""
    row = editable(id, actor, "execution.delete")
    if row.state not in TERMINAL and not scope.live_too:
        raise StillRunning(state=row.state)
    remove(row, files=scope.files)


def remove(row: Execution, *, files: bool) -> None:
    """Removes the rows of one execution, children of its keys first."""
    tenant_id = current_tenant()
    with connection.cursor() as cursor:
        for table in PARTS:
            statement = sql.SQL("delete from {} where tenant_id = %s and execution_id = %s")
            cursor.execute(statement.format(sql.Identifier(table)), [tenant_id, row.id])
        cursor.execute(
            "delete from execution where tenant_id = %s and id = %s", [tenant_id, row.id]
        )
    if files:
        folder = f"{row.namespace.replace('.', '/')}/{row.flow_id}/executions/{row.id}"
        transaction.on_commit(lambda: _remove_files(tenant_id, folder))


def _remove_files(tenant_id: UUID, folder: str) -> None:
    try:
        storage.storage_for(tenant_id).delete_prefix(folder)
    except OSError as problem:
        log.warning("files below %s could not be removed: %s", folder, problem)
