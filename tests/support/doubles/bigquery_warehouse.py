"""The data behind the double of BigQuery: DuckDB, told in BigQuery's words.

It knows as much of BigQuery's SQL as the tests need: names in backticks with their project,
``@parameters``, and the names of types.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from tests.support.doubles.bigquery_values import cell, parameters

TYPES = {
    "bigint": "INTEGER",
    "integer": "INTEGER",
    "smallint": "INTEGER",
    "tinyint": "INTEGER",
    "hugeint": "NUMERIC",
    "double": "FLOAT",
    "float": "FLOAT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIME",
    "timestamp": "DATETIME",
    "timestamp_ns": "DATETIME",
    "timestamp with time zone": "TIMESTAMP",
    "blob": "BYTES",
    "decimal": "NUMERIC",
    "struct": "RECORD",
}
WORDS = {"INT64": "bigint", "FLOAT64": "double", "BYTES": "blob", "NUMERIC": "decimal(38,9)"}
DUCK = {
    **WORDS,
    "INTEGER": "bigint",
    "FLOAT": "double",
    "STRING": "varchar",
    "BOOLEAN": "boolean",
    "BOOL": "boolean",
    "TIMESTAMP": "timestamptz",
    "DATETIME": "timestamp",
    "DATE": "date",
    "TIME": "time",
}
READERS = {
    "PARQUET": "read_parquet({files})",
    "NEWLINE_DELIMITED_JSON": "read_json({files}, format='newline_delimited')",
    "CSV": "read_csv({files}, delim='{delim}', quote='{quote}', skip={skip}, header={header}{more})",
}
CHANGES = ("INSERT", "UPDATE", "DELETE", "MERGE")
Reference = Mapping[str, str]


class Refused(Exception):
    """What BigQuery would answer instead."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason = status, reason


@dataclass
class Answer:
    """The rows of a query, encoded as the REST API does it."""

    fields: list[dict[str, Any]] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)


@dataclass
class Warehouse:
    """Datasets and tables of one project."""

    buckets: Path
    """The folder that stands for Cloud Storage: ``gs://bucket/path`` is ``buckets/bucket/path``."""
    database: Any = field(default_factory=duckdb.connect)
    lock: threading.RLock = field(default_factory=threading.RLock)
    facts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database.execute("set timezone = 'UTC'")

    def add_dataset(self, name: str) -> None:
        """A dataset; there is one already: refused."""
        if self.has_dataset(name):
            raise Refused(409, "duplicate", f"Already Exists: Dataset {name}")
        self.database.execute(f'create schema "{name}"')

    def has_dataset(self, name: str) -> bool:
        asked = "select 1 from information_schema.schemata where schema_name = ?"
        return bool(self.database.execute(asked, [name]).fetchone())

    def datasets(self) -> list[str]:
        asked = (
            "select schema_name from information_schema.schemata where catalog_name = 'memory' "
            "and schema_name not in ('main', 'information_schema', 'pg_catalog') order by 1"
        )
        return [name for (name,) in self.database.execute(asked).fetchall()]

    def has_table(self, at: Reference) -> bool:
        asked = "select 1 from information_schema.tables where table_schema = ? and table_name = ?"
        found = self.database.execute(asked, [at["datasetId"], _plain(at["tableId"])]).fetchone()
        return bool(found)

    def require_table(self, at: Reference) -> None:
        """Refuses what is done with a table that is not there."""
        if not self.has_table(at):
            raise Refused(404, "notFound", f"Not found: Table {shown(at)}")

    def count(self, at: Reference) -> int:
        return int(self.database.execute(f"select count(*) from {quoted(at)}").fetchone()[0])

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """All rows of ``dataset.table``, for the test to look at."""
        with self.lock:
            found: list[tuple[Any, ...]] = self.database.execute(
                f"select * from {table}"
            ).fetchall()
            return found

    def fields(self, at: Reference) -> list[dict[str, Any]]:
        described = self.database.execute(f"select * from {quoted(at)} limit 0").description
        return [_field(name, kind) for name, kind, *_ in described]

    def create(self, table: Mapping[str, Any]) -> None:
        """A table or a view as ``tables.insert`` describes it."""
        at = table["tableReference"]
        if not self.has_dataset(at["datasetId"]):
            raise Refused(404, "notFound", f"Not found: Dataset {at['datasetId']}")
        if self.has_table(at):
            raise Refused(409, "duplicate", f"Already Exists: Table {shown(at)}")
        view = table.get("view") or table.get("materializedView")
        if view:
            self.database.execute(f"create view {quoted(at)} as {translated(view['query'])}")
        else:
            columns = _columns((table.get("schema") or {}).get("fields") or [])
            self.database.execute(f"create table {quoted(at)} ({columns or 'nothing integer'})")
        self.facts[at["datasetId"], at["tableId"]] = dict(table)

    def drop(self, at: Reference) -> None:
        self.require_table(at)
        kind = (
            "view" if self.facts.get((at["datasetId"], at["tableId"]), {}).get("view") else "table"
        )
        self.database.execute(f"drop {kind} {quoted(at)}")
        self.facts.pop((at["datasetId"], at["tableId"]), None)

    def load(self, told: Mapping[str, Any], files: list[Path]) -> dict[str, Any]:
        """A load job; returns its statistics."""
        schema = (told.get("schema") or {}).get("fields")
        listed = "[" + ", ".join(f"'{file}'" for file in files) + "]"
        skip = int(told.get("skipLeadingRows") or 0)
        given = "" if not schema else f", columns={{{_types(schema)}}}, auto_detect=false"
        reader = READERS[told.get("sourceFormat", "CSV")].format(
            files=listed,
            delim=told.get("fieldDelimiter", ","),
            quote=told.get("quote", '"').replace("'", "''"),
            skip=skip if schema else max(0, skip - 1),
            header="false" if schema or not skip else "true",
            more=given,
        )
        before = self.count(told["destinationTable"]) if self._fits(told) else 0
        rows = self._put(told, f"select * from {reader}", "WRITE_APPEND")
        return {
            "outputRows": str(rows - before),
            "outputBytes": str((rows - before) * 16),
            "badRecords": "0",
            "inputFiles": str(len(files)),
            "inputFileBytes": str(sum(file.stat().st_size for file in files)),
        }

    def copy(self, told: Mapping[str, Any]) -> None:
        """A copy job."""
        for source in told["sourceTables"]:
            self.require_table(source)
        parts = [f"select * from {quoted(source)}" for source in told["sourceTables"]]
        self._put(told, " union all by name ".join(parts), "WRITE_EMPTY")

    def extract(self, told: Mapping[str, Any]) -> list[str]:
        """An extract job; how many files each URI became."""
        self.require_table(told["sourceTable"])
        format = told.get("destinationFormat", "CSV")
        how = "format parquet" if format == "PARQUET" else "format json"
        if format == "CSV":
            header = str(told.get("printHeader", True)).lower()
            how = f"format csv, header {header}, delimiter '{told.get('fieldDelimiter', ',')}'"
        if told.get("compression") == "GZIP" and format != "PARQUET":
            how += ", compression gzip"
        for uri in told["destinationUris"]:
            file = self.place(uri.replace("*", "000000000000"))
            file.parent.mkdir(parents=True, exist_ok=True)
            self.database.execute(f"copy {quoted(told['sourceTable'])} to '{file}' ({how})")
        return ["1" for _ in told["destinationUris"]]

    def place(self, uri: str) -> Path:
        """The file that stands for an object of Cloud Storage."""
        return self.buckets / uri.removeprefix("gs://")

    def objects(self, uris: list[str]) -> list[Path]:
        """The objects that URIs name."""
        found = [
            file for uri in uris for file in sorted(self.buckets.glob(uri.removeprefix("gs://")))
        ]
        if not found:
            raise Refused(404, "notFound", f"Not found: URI {uris[0]}")
        return found

    def query(self, told: Mapping[str, Any], *, dry: bool) -> tuple[Answer, dict[str, Any]]:
        """A query job: its rows and its statistics."""
        sql = translated(told["query"], (told.get("defaultDataset") or {}).get("datasetId"))
        given = dict(parameters(told.get("queryParameters") or []))
        kind = _statement(told["query"])
        facts: dict[str, Any] = {"statementType": kind, "cacheHit": False}
        facts |= {"totalBytesProcessed": "1024", "totalBytesBilled": "10485760", "totalSlotMs": "7"}
        facts["referencedTables"] = self._read(sql)
        facts["totalPartitionsProcessed"] = "0"
        try:
            if dry:
                self.database.execute(f"explain {sql}", given)
                return Answer(), facts
            if kind in CHANGES:
                changed = self.database.execute(sql, given).fetchone()[0]
                return Answer(), {**facts, "numDmlAffectedRows": str(changed)}
            if kind != "SELECT":
                self.database.execute(sql, given)
                return Answer(), facts
            return self._selected(told, sql, given), facts
        except duckdb.Error as error:
            known = "does not exist" in str(error)
            raise Refused(
                404 if known else 400, "notFound" if known else "invalidQuery", str(error)
            ) from None

    def _selected(self, told: Mapping[str, Any], sql: str, given: dict[str, Any]) -> Answer:
        if told.get("destinationTable"):
            self._put(told, sql, "WRITE_EMPTY", given)
            sql, given = f"select * from {quoted(told['destinationTable'])}", {}
        kinds = [(name, kind) for name, kind, *_ in self.database.execute(sql, given).description]
        # DuckDB gives moments with a zone to Python only beside another library.
        shown_columns = ", ".join(
            f'epoch_us("{name}") as "{name}"' if _type(kind) == "TIMESTAMP" else f'"{name}"'
            for name, kind in kinds
        )
        rows = self.database.execute(f"select {shown_columns} from ({sql})", given).fetchall()
        return Answer(
            [_field(name, kind) for name, kind in kinds],
            [{"f": [{"v": cell(value)} for value in row]} for row in rows],
        )

    def _put(
        self,
        told: Mapping[str, Any],
        select: str,
        usual: str,
        given: Mapping[str, Any] | None = None,
    ) -> int:
        at = told["destinationTable"]
        if not self.has_dataset(at["datasetId"]):
            raise Refused(
                404, "notFound", f"Not found: Dataset {at['projectId']}:{at['datasetId']}"
            )
        exists = self.has_table(at)
        if not exists and told.get("createDisposition") == "CREATE_NEVER":
            raise Refused(404, "notFound", f"Not found: Table {shown(at)}")
        how = told.get("writeDisposition", usual)
        if exists and how == "WRITE_EMPTY" and self.count(at):
            raise Refused(409, "duplicate", f"Already Exists: Table {shown(at)}")
        try:
            if exists and how != "WRITE_TRUNCATE":
                self.database.execute(f"insert into {quoted(at)} by name {select}", given)
            else:
                self.database.execute(f"create or replace table {quoted(at)} as {select}", given)
        except duckdb.Error as error:
            raise Refused(400, "invalid", str(error)) from None
        return self.count(at)

    def _fits(self, told: Mapping[str, Any]) -> bool:
        kept = told.get("writeDisposition", "WRITE_APPEND") == "WRITE_APPEND"
        return kept and self.has_table(told["destinationTable"])

    def _read(self, sql: str) -> list[dict[str, str]]:
        names = re.findall(r'(?:from|join)\s+"?(\w+)"?\."?(\w+)"?', sql, re.IGNORECASE)
        return [
            {"projectId": "project", "datasetId": dataset, "tableId": table}
            for dataset, table in dict.fromkeys(names)
        ]


def translated(sql: str, dataset: str | None = None) -> str:
    """The SQL as DuckDB reads it."""
    text = re.sub(r"`([^`]+)`", lambda found: _name(found[1]), sql)
    text = re.sub(r"@(\w+)", r"$\1", text)
    for word, duck in WORDS.items():
        text = re.sub(rf"\b{word}\b", duck, text, flags=re.IGNORECASE)
    if dataset:
        text = re.sub(
            r"\b(from|join)\s+(\w+)\b(?!\.|\()", rf'\1 "{dataset}".\2', text, flags=re.IGNORECASE
        )
    return text.strip().rstrip(";")


def quoted(at: Reference) -> str:
    """A table as DuckDB names it."""
    return f'"{at["datasetId"]}"."{_plain(at["tableId"])}"'


def shown(at: Reference) -> str:
    """A table as BigQuery's messages name it."""
    return f"{at['projectId']}:{at['datasetId']}.{at['tableId']}"


def _plain(table: str) -> str:
    return table.partition("$")[0].partition("@")[0]


def _name(text: str) -> str:
    parts = text.split(".")
    return ".".join(f'"{part}"' for part in parts[-2:])


def _statement(sql: str) -> str:
    words = re.sub(r"--[^\n]*|/\*.*?\*/", "", sql, flags=re.DOTALL).split()
    first = (words or ["SELECT"])[0].upper()
    if first == "CREATE":
        return "CREATE_TABLE_AS_SELECT"
    return "SELECT" if first in ("WITH", "FROM") else first


def _type(kind: Any) -> str:
    return TYPES.get(kind.id, "STRING")


def _field(name: str, kind: Any) -> dict[str, Any]:
    if kind.id == "list":
        return {**_field(name, kind.children[0][1]), "mode": "REPEATED"}
    found: dict[str, Any] = {"name": name, "type": _type(kind), "mode": "NULLABLE"}
    if kind.id == "struct":
        found["fields"] = [_field(inner, of) for inner, of in kind.children]
    return found


def _types(schema: list[dict[str, Any]]) -> str:
    return ", ".join(f"'{one['name']}': '{DUCK[one['type']]}'" for one in schema)


def _columns(fields: list[dict[str, Any]]) -> str:
    return ", ".join(f'"{one["name"]}" {_duck(one)}' for one in fields)


def _duck(one: Mapping[str, Any]) -> str:
    kind = f"struct({_columns(one['fields'])})" if one.get("fields") else DUCK[one["type"]]
    return f"{kind}[]" if one.get("mode") == "REPEATED" else kind
