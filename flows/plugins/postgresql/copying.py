"""``jdbc.postgresql.CopyIn`` and ``CopyOut``: bulk load and unload."""

from __future__ import annotations

import tempfile
from enum import StrEnum
from typing import BinaryIO, ClassVar, cast

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.postgresql.session import PostgresConnection, connected

_CHUNK = 1 << 20


class Format(StrEnum):
    """How the rows stand in the file."""

    TEXT = "TEXT"
    CSV = "CSV"
    BINARY = "BINARY"


class _Copy(PostgresConnection):
    table: Dyn[Text | None] = None
    columns: Dyn[list[Text] | None] = None
    format: Dyn[Format] = Format.TEXT
    freeze: Dyn[bool | None] = None
    delimiter: Dyn[Text | None] = None
    null_string: Dyn[Text | None] = None
    header: Dyn[bool | None] = None
    quote: Dyn[Text | None] = None
    escape: Dyn[Text | None] = None
    force_quote: Dyn[list[Text] | None] = None
    force_not_null: Dyn[list[Text] | None] = None
    force_null: Dyn[list[Text] | None] = None
    encoding: Dyn[Text | None] = None

    def _target(self) -> str:
        if not self.table:
            raise TaskFailed("'table' is missing")
        name = ".".join(_name(part) for part in self.table.split("."))
        columns = ", ".join(_name(column) for column in self.columns or ())
        return f"{name} ({columns})" if columns else name

    def _options(self) -> str:
        texts = {
            "delimiter": self.delimiter,
            "null": self.null_string,
            "quote": self.quote,
            "escape": self.escape,
            "encoding": self.encoding,
        }
        switches = {"freeze": self.freeze, "header": self.header}
        lists = {
            "force_quote": self.force_quote,
            "force_not_null": self.force_not_null,
            "force_null": self.force_null,
        }
        found = [f"format {self.format.value.lower()}"]
        found += [f"{name} {_text(value)}" for name, value in texts.items() if value is not None]
        found += [f"{key} {str(on).lower()}" for key, on in switches.items() if on is not None]
        found += [
            f"{key} ({', '.join(map(_name, names))})" for key, names in lists.items() if names
        ]
        return f"({', '.join(found)})"


class CopyIn(_Copy, RunnableTask):
    """Loads a file of internal storage into a table. Output: `rowCount`."""

    type_name: ClassVar[str] = "jdbc.postgresql.CopyIn"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Load a CSV file",
            """id: load_csv
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: load
    type: jdbc.postgresql.CopyIn
    url: jdbc:postgresql://localhost:5432/shop
    from: "{{ inputs.file }}"
    table: orders
    format: CSV
    header: true
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")

    def run(self, ctx: RunContext) -> Outputs:
        path = ctx.fetch(self.from_)
        command = f"copy {self._target()} from stdin {self._options()}"
        with connected(ctx, self, zone=None) as connection, connection.cursor() as cursor:
            with path.open("rb") as content, cursor.copy(command) as copy:
                while chunk := content.read(_CHUNK):
                    copy.write(chunk)
            count = cursor.rowcount
        ctx.metric("row.count", count)
        return {"rowCount": count}


class CopyOut(_Copy, RunnableTask):
    """Writes a table or a query into a file of internal storage. Outputs: `uri`, `rowCount`."""

    type_name: ClassVar[str] = "jdbc.postgresql.CopyOut"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Unload a query",
            """id: unload
namespace: company.team
tasks:
  - id: unload
    type: jdbc.postgresql.CopyOut
    url: jdbc:postgresql://localhost:5432/shop
    sql: select * from orders
    format: CSV
    header: true
""",
        ),
    )

    sql: Dyn[Text | None] = None

    def run(self, ctx: RunContext) -> Outputs:
        source = f"({self.sql})" if self.sql else self._target()
        command = f"copy {source} to stdout {self._options()}"
        with tempfile.TemporaryFile(dir=ctx.working_dir) as whole:
            with connected(ctx, self, zone=None) as connection, connection.cursor() as cursor:
                with cursor.copy(command) as copy:
                    for chunk in copy:
                        whole.write(chunk)
                count = cursor.rowcount
            whole.seek(0)
            uri = ctx.save(cast(BinaryIO, whole), name=f"rows.{self.format.value.lower()}")
        ctx.metric("row.count", count)
        return {"uri": uri, "rowCount": count}


def _name(text: str) -> str:
    return '"' + text.strip('"').replace('"', '""') + '"'


def _text(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
