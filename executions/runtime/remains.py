"""What an execution leaves behind, and how it goes: files first or last, but never half a row."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection
from psycopg import sql

from downbeat.common import storage
from downbeat.common.scope import current_tenant

log = logging.getLogger(__name__)

PARTS: Final = ("attempt", "task_run", "output", "log_line", "metric", "journal", "inbox", "timer")
"""Tables with rows of an execution, those that others point at after those that point."""


RECORDS: Final = frozenset({"log_line", "metric"})
"""Tables whose rows may be kept when their execution goes."""

_FORGET: Final = """
update execution
   set deleted_at = now(), ended_at = coalesce(ended_at, now()),
       state = case when ended_at is null then 'KILLED' else state end,
       inputs = '{}', variables = '{}', trigger = null, outputs = null, error = null,
       progress = '{}', facts = '{}', breakpoints = null
 where tenant_id = %s and id = any(%s)
"""


def remove_rows(ids: Sequence[UUID], *, kept: frozenset[str] = frozenset()) -> int:
    """Removes executions with all of their rows; those of ``kept`` tables of records stay.

    What is kept needs to know whose it is: the execution stays then as a name that nobody is shown,
    without anything that it was given or left.
    """
    tenant_id, wanted = current_tenant(), list(ids)
    removed = sql.SQL("delete from {} where tenant_id = %s and {} = any(%s)")
    with connection.cursor() as cursor:
        for table in PARTS:
            if table not in kept:
                statement = removed.format(sql.Identifier(table), sql.Identifier("execution_id"))
                cursor.execute(statement, [tenant_id, wanted])
        if kept:
            cursor.execute(_FORGET, [tenant_id, wanted])
        else:
            statement = removed.format(sql.Identifier("execution"), sql.Identifier("id"))
            cursor.execute(statement, [tenant_id, wanted])
        return int(cursor.rowcount)


def remove_rows_of(cursor: Any, found: Sequence[tuple[UUID, UUID]]) -> None:
    """Removes executions, given as tenant and id, with all of their rows, whole tables at a time.

    Children first: a cascade would go row by row.
    """
    tenants, ids = (list(set(column)) for column in zip(*found, strict=True))
    for table in PARTS:
        statement = sql.SQL("delete from {} where tenant_id = any(%s) and execution_id = any(%s)")
        cursor.execute(statement.format(sql.Identifier(table)), [tenants, ids])
    cursor.execute(
        "delete from execution where tenant_id = any(%s) and id = any(%s)", [tenants, ids]
    )


def remove_folders(tenant_id: UUID, folders: Iterable[str]) -> bool:
    """Removes folders with all that is in them; False if storage did not let it happen."""
    return all(remove_files(tenant_id, folder) for folder in folders)


def remove_files(tenant_id: UUID, folder: str) -> bool:
    """Removes a folder with all that is in it; False if storage did not let it happen.

    Storage may be another machine, and its errors are of many kinds: none of them may undo or
    stop what else is removed.
    """
    try:
        storage.storage_for(tenant_id).delete_prefix(folder)
    except Exception as problem:
        log.warning("files below %s could not be removed: %s", folder, problem)
        return False
    return True
