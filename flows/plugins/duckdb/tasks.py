"""``jdbc.duckdb.Query`` and ``jdbc.duckdb.Queries``."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.json_text import read_json
from flows.plugins.duckdb.session import DuckSession, opened
from flows.plugins.jdbc.query import Session, SqlProperties, SqlQueries, SqlQuery

_URL = "jdbc:duckdb:"
_FETCHED_DATABASE = "database.duckdb"


class _Duck(SqlProperties):
    url: Dyn[Text] = _URL
    input_files: Dyn[dict[str, Text] | str | None] = None
    output_files: Dyn[list[Text] | None] = None
    database_uri: Dyn[Text | None] = None
    output_db_file: Dyn[bool] = False
    community_extensions: Dyn[list[Text] | None] = None

    def connect(self, ctx: RunContext) -> AbstractContextManager[Session]:
        self._bring_files(ctx)
        database = self._database(ctx)
        return _as_session(opened(database, readable=_folders(ctx), working_dir=ctx.working_dir))

    def _database(self, ctx: RunContext) -> str:
        if self.database_uri:
            shutil.copyfile(ctx.fetch(self.database_uri), ctx.working_dir / _FETCHED_DATABASE)
            return str(ctx.working_dir / _FETCHED_DATABASE)
        path = self.url.removeprefix("jdbc:").removeprefix("duckdb:").removeprefix("//")
        path = path.partition("?")[0]
        if path in ("", ":memory:"):
            if self.output_db_file:
                return str(ctx.working_dir / _FETCHED_DATABASE)
            return ":memory:"
        if not path.startswith("/") or Path(path).is_relative_to(ctx.working_dir):
            return str(ctx.working_dir / path)
        allowed = ctx.local_path(path)
        allowed.parent.mkdir(parents=True, exist_ok=True)
        return str(allowed)

    def _bring_files(self, ctx: RunContext) -> None:
        for name, content in _named(self.input_files).items():
            target = _inside(ctx.working_dir, str(name))
            target.parent.mkdir(parents=True, exist_ok=True)
            if str(content).startswith(("kestra://", "downbeat://")):
                shutil.copyfile(ctx.fetch(str(content)), target)
            else:
                target.write_text(str(content), encoding="utf-8")

    def left(self, ctx: RunContext) -> Mapping[str, Any]:
        """The files that the statements wrote, and the database, as URIs."""
        saved: dict[str, Any] = {}
        files = {}
        for name in self.output_files or ():
            path = _inside(ctx.working_dir, name)
            if not path.is_file():
                raise TaskFailed(
                    f"The statements left no file '{name}' ({{{{ outputFiles.{name} }}}})"
                )
            files[name] = ctx.save(path, name=name)
        if files:
            saved["outputFiles"] = files
        if self.output_db_file:
            path = ctx.working_dir / _FETCHED_DATABASE
            saved["databaseUri"] = ctx.save(path, name=path.name)
        return saved


class Query(_Duck, SqlQuery):
    """Runs SQL in DuckDB: in memory, or in a database file that the operator allows.

    Input files lie in the working directory, and addresses of internal storage may stand in the
    SQL. Outputs: `rows`, `row` or `uri` (JSON lines), `size`, `outputFiles`, `databaseUri`.
    """

    type_name: ClassVar[str] = "jdbc.duckdb.Query"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Load a Parquet file into a warehouse",
            """id: load
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: load
    type: jdbc.duckdb.Query
    url: jdbc:duckdb:/data/warehouse.duckdb
    sql: |
      create table if not exists orders as
        select * from read_parquet('{{ inputs.file }}') limit 0;
      insert into orders select * from read_parquet('{{ inputs.file }}');
      select count(*) as total from orders;
    fetchType: FETCH_ONE
""",
        ),
    )

    def after(self, ctx: RunContext) -> Mapping[str, Any]:
        return self.left(ctx)


class Queries(_Duck, SqlQueries):
    """Runs several statements in DuckDB. Output `outputs`: one entry for each statement."""

    type_name: ClassVar[str] = "jdbc.duckdb.Queries"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Two results",
            """id: two_results
namespace: company.team
tasks:
  - id: results
    type: jdbc.duckdb.Queries
    fetchType: FETCH
    sql: |
      select 1 as one;
      select 2 as two;
""",
        ),
    )

    def after(self, ctx: RunContext) -> Mapping[str, Any]:
        return self.left(ctx)


def _as_session(
    found: AbstractContextManager[DuckSession],
) -> AbstractContextManager[Session]:
    return found


def _folders(ctx: RunContext) -> list[Path]:
    return [ctx.working_dir, *ctx.local_folders]


def _named(given: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    """The files by their names, which may be written as JSON."""
    found: Any = given or {}
    if isinstance(found, str):
        try:
            found = read_json(found)
        except ValueError:
            found = None
    if not isinstance(found, Mapping):
        raise TaskFailed("'inputFiles' must be a map of file names to texts or URIs")
    return found


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise TaskFailed(f"The file name '{name}' leads out of the working directory")
    return path
