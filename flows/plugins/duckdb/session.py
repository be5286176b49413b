"""A DuckDB connection that reaches the task's folder and the folders that it may touch, no more."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from downbeat.sdk.errors import TaskFailed
from flows.plugins.jdbc import statements
from flows.plugins.jdbc.rows import Row, plain

_LONGEST_WAIT = 60.0
_BATCH = 1_000


class DuckSession:
    """``Session`` over DuckDB."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._in_transaction = False
        self._changed: int | None = None

    def run(self, sql: str, parameters: Mapping[str, Any]) -> Iterator[Row] | None:
        if not self._in_transaction and not _controls_itself(sql):
            self._connection.execute("begin")
            self._in_transaction = True
        text = statements.with_parameters(
            sql, lambda name: f"${name}" if name in parameters else f":{name}"
        )
        done = self._connection.execute(text, dict(parameters) or None)
        columns = [column[0] for column in done.description or ()]
        self._changed = None
        if columns == ["Count"]:
            row = done.fetchone()
            self._changed = int(row[0]) if row else 0
            return None
        return _rows(done, columns) if columns else None

    def affected(self) -> int | None:
        return self._changed

    def commit(self) -> None:
        self._end("commit")

    def rollback(self) -> None:
        self._end("rollback")

    def _end(self, how: str) -> None:
        if self._in_transaction:
            self._in_transaction = False
            self._connection.execute(how)


@contextmanager
def opened(database: str, *, readable: Sequence[Path], working_dir: Path) -> Iterator[DuckSession]:
    """A connection to a file (or ``:memory:``); waits while another process writes the file."""
    duckdb = _library()
    settings = {
        "python_enable_replacements": "false",
        "temp_directory": str(working_dir / ".duckdb"),
        "autoinstall_known_extensions": "false",
    }
    connection = _connected(duckdb, database, settings)
    try:
        folders = ", ".join("'" + str(folder).replace("'", "''") + "/'" for folder in readable)
        connection.execute(f"set allowed_directories = [{folders}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield DuckSession(connection)
    except duckdb.Error as error:
        raise TaskFailed(f"DuckDB: {error}") from None
    finally:
        connection.close()


def _connected(duckdb: Any, database: str, settings: Mapping[str, Any]) -> Any:
    deadline = time.monotonic() + _LONGEST_WAIT
    while True:
        try:
            return duckdb.connect(database, config=dict(settings))
        except duckdb.IOException as error:
            if "lock" not in str(error).lower() or time.monotonic() > deadline:
                raise TaskFailed(f"DuckDB: {error}") from None
            time.sleep(0.1)
        except duckdb.Error as error:
            raise TaskFailed(f"DuckDB: {error}") from None


def _library() -> Any:
    try:
        import duckdb
    except ImportError:
        raise TaskFailed(
            "The package 'duckdb' is missing on this worker; install 'downbeat[duckdb]'"
        ) from None
    return duckdb


def _rows(done: Any, columns: Sequence[str]) -> Iterator[Row]:
    while batch := done.fetchmany(_BATCH):
        for row in batch:
            yield dict(zip(columns, map(plain, row), strict=True))


def _controls_itself(sql: str) -> bool:
    """Statements that open or end transactions, or that DuckDB refuses inside of one."""
    word = sql.split(None, 1)[0].lower()
    return word in (
        "begin",
        "commit",
        "rollback",
        "start",
        "checkpoint",
        "vacuum",
        "attach",
        "detach",
        "use",
        "set",
        "pragma",
        "install",
        "load",
    )
