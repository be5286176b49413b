"""Plain statements on the tenant's connection, bound and planned by the server.

A turn repeats few statements very often: prepared once per connection they cost the server no
parsing, and several writes travel to it together. Errors are Django's, as everywhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Final, cast

import psycopg
from django.db import connection

Facts = Sequence[Any] | Mapping[str, Any]


def rows(statement: str, facts: Facts) -> list[tuple[Any, ...]]:
    """What a statement returns; jsonb columns come as text."""
    with connection.wrap_database_errors, _cursor() as cursor:
        cursor.execute(statement, facts, prepare=True)
        result = cursor.pgresult
        return cursor.fetchall() if result is not None and result.nfields else []


def run_all(statements: Iterable[tuple[str, Facts]]) -> list[int]:
    """Statements in order, in one round trip; how many rows each has touched."""
    todo = list(statements)
    cursors = [_cursor() for _ in todo]
    together = _raw().pipeline() if len(todo) > 1 else nullcontext()
    with connection.wrap_database_errors, together:
        for cursor, (statement, facts) in zip(cursors, todo, strict=True):
            cursor.execute(statement, facts, prepare=True)
    return [cursor.rowcount for cursor in cursors]


PREPARE_AFTER: Final = 5


def _raw() -> psycopg.Connection[tuple[Any, ...]]:
    connection.ensure_connection()
    raw = cast("psycopg.Connection[tuple[Any, ...]]", connection.connection)
    if raw.prepare_threshold is None:
        # Django switches preparing off for the whole connection; its own cursors never prepare.
        raw.prepare_threshold = PREPARE_AFTER
    return raw


def _cursor() -> psycopg.Cursor[tuple[Any, ...]]:
    return psycopg.Cursor(_raw())
