"""Purges what old executions left: their rows, or only their logs, metrics or files.

One call is one batch in the caller's transaction, so that no purge holds locks for long; whoever
purges calls again with the place where the last batch ended. Files go after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from downbeat.common import storage
from downbeat.common.scope import current_tenant
from executions.models import Output
from executions.runtime.folders import FORMER, folders_of
from executions.runtime.remains import remove_rows
from executions.selectors.states import TERMINAL

BATCH: Final = 200
LINES: Final = 5_000

_CHOSEN: Final = f"""
select id, array[namespace] || {FORMER}, flow_id from execution e
 where tenant_id = %(tenant)s
   and (deleted_at is null or %(forgotten)s)
   and (namespace = %(namespace)s or (%(below)s and starts_with(namespace, %(namespace)s || '.')))
   and (%(flow)s::text is null or flow_id = %(flow)s)
   and state = any(%(states)s)
   and (%(since)s::timestamptz is null or created_at >= %(since)s)
   and (%(until)s::timestamptz is null or created_at <= %(until)s)
   and (%(after)s::uuid is null or id > %(after)s)
 order by id limit %(limit)s
 for update skip locked
"""
_OLD_LINES: Final = """
with old as (
    select l.execution_id, l.idx
      from log_line l
      join execution e on e.tenant_id = l.tenant_id and e.id = l.execution_id
     where l.tenant_id = %(tenant)s
       and (e.namespace = %(namespace)s
            or (%(below)s and starts_with(e.namespace, %(namespace)s || '.')))
       and (%(flow)s::text is null or e.flow_id = %(flow)s)
       and (%(execution)s::uuid is null or e.id = %(execution)s)
       and (%(levels)s::text[] is null or l.level = any(%(levels)s))
       and (%(since)s::timestamptz is null or l.at >= %(since)s)
       and l.at <= %(until)s
     limit %(limit)s
)
delete from log_line l using old
 where l.tenant_id = %(tenant)s and (l.execution_id, l.idx) = (old.execution_id, old.idx)
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose executions are meant: those of a namespace, and of those below it if asked."""

    namespace: str
    below: bool
    flow_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def facts(self) -> dict[str, Any]:
        """The scope as parameters of a statement."""
        return {
            "tenant": current_tenant(),
            "namespace": self.namespace,
            "below": self.below,
            "flow": self.flow_id,
            "since": self.since,
            "until": self.until,
        }


@dataclass(frozen=True, slots=True)
class Parts:
    """What goes."""

    execution: bool = True
    logs: bool = True
    metrics: bool = True
    files: bool = True

    @property
    def kept(self) -> frozenset[str]:
        """The tables of records that stay."""
        wanted = {"log_line": not self.logs, "metric": not self.metrics}
        return frozenset(table for table, stays in wanted.items() if stays)


@dataclass(frozen=True, slots=True)
class Purged:
    """What one batch removed; ``after`` is where the next begins, if there is more."""

    executions: int = 0
    logs: int = 0
    metrics: int = 0
    files: int = 0
    after: UUID | None = None


def purge(
    scope: Scope, parts: Parts, *, states: Sequence[str] = (), after: UUID | None = None
) -> Purged:
    """Removes the next batch of ended executions, or of what they left."""
    chosen = [state for state in states or TERMINAL if state in TERMINAL]
    # Those of which nothing is left but records go with the last of them.
    forgotten = not (parts.execution and parts.kept)
    facts = {**scope.facts(), "states": chosen, "after": after, "limit": BATCH}
    facts["forgotten"] = forgotten
    with connection.cursor() as cursor:
        cursor.execute(_CHOSEN, facts)
        found = cursor.fetchall()
    ids = [row[0] for row in found]
    if not ids:
        return Purged()
    purged = Purged(after=ids[-1] if len(ids) == BATCH else None)
    if parts.files:
        purged = replace(purged, files=_remove_files(found, parts))
    return _remove_rows(ids, parts, purged)


def _remove_rows(ids: list[UUID], parts: Parts, purged: Purged) -> Purged:
    if parts.logs:
        purged = replace(purged, logs=_removed("log_line", ids))
    if parts.metrics:
        purged = replace(purged, metrics=_removed("metric", ids))
    if not parts.execution:
        return replace(purged, executions=len(ids))
    return replace(purged, executions=remove_rows(ids, kept=parts.kept))


def _removed(table: str, ids: list[UUID]) -> int:
    statement = sql.SQL("delete from {} where tenant_id = %s and execution_id = any(%s)")
    with connection.cursor() as cursor:
        cursor.execute(statement.format(sql.Identifier(table)), [current_tenant(), ids])
        return int(cursor.rowcount)


def _remove_files(found: Sequence[tuple[UUID, Sequence[str], str]], parts: Parts) -> int:
    """Counts the files that go, and removes them after the commit."""
    tenant_id, count = current_tenant(), 0
    store = storage.storage_for(tenant_id)
    for id, (namespace, *former), flow_id in found:
        folders = folders_of(namespace, former, flow_id, id)
        kept: frozenset[str] = frozenset() if parts.execution else kept_outputs(id)
        files = (file.path for folder in folders for file in store.list(folder))
        gone = [path for path in files if path not in kept]
        count += len(gone)
        transaction.on_commit(partial(_delete_files, store, gone))
    return count


def _delete_files(store: storage.Storage, paths: Iterable[str]) -> None:
    for path in paths:
        store.delete(path)


def kept_outputs(execution_id: UUID) -> frozenset[str]:
    """Paths of files that hold large outputs: rows name them, so they go with their rows only."""
    uris = Output.objects.filter(execution_id=execution_id, uri__isnull=False)
    return frozenset(storage.clean(uri or "") for uri in uris.values_list("uri", flat=True))


def purge_lines(
    scope: Scope, *, levels: Sequence[str] = (), execution_id: UUID | None = None
) -> int:
    """Removes a batch of log lines; fewer than ``LINES`` means that no more are left."""
    facts = {
        **scope.facts(),
        "levels": list(levels) or None,
        "execution": execution_id,
        "limit": LINES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OLD_LINES, facts)
        return int(cursor.rowcount)
