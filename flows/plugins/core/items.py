"""Tasks on the records of a file: keep those that a condition names, keep one of each key."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text, truth
from downbeat.sdk.records import RecordExpression
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.core.records import names_of, records, rows, scratch, shown, suffix_of
from flows.plugins.core.storage import named

Judge = Callable[[Mapping[str, Any]], Any]
_BATCH = 10_000
_CACHE_KIB = 64 << 10


class FilterItems(RunnableTask):
    """Keeps, or leaves out, the records of a file for which a condition is true.

    The file holds one JSON value per line. The condition sees the keys of the record (or `value`,
    for a record that is no map) over what expressions of the flow see.
    """

    type_name: ClassVar[str] = "core.storage.FilterItems"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.storages.FilterItems",)
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "uri": "The records that are left",
        "processedItemsTotal": "How many records there were",
        "droppedItemsTotal": "How many were left out",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Large orders only",
            """id: large_orders
namespace: company.team
inputs:
  - id: orders
    type: FILE
tasks:
  - id: large
    type: core.storage.FilterItems
    from: "{{ inputs.orders }}"
    filterCondition: "{{ amount > 100 }}"
    filterType: INCLUDE
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    filter_condition: RecordExpression
    filter_type: Dyn[Literal["INCLUDE", "EXCLUDE"]] = "INCLUDE"
    error_or_null_behavior: Dyn[Literal["FAIL", "INCLUDE", "EXCLUDE"]] = "FAIL"

    def run(self, ctx: RunContext) -> Outputs:
        judge = ctx.expression(self.filter_condition)
        processed = kept = 0
        with (
            ctx.fetch(self.from_).open("rb") as content,
            closing(scratch(ctx.working_dir)) as left,
        ):
            for number, row, record in records(content):
                processed += 1
                if self._keeps(judge, number, row, record):
                    kept += 1
                    left.write(row + b"\n")
            left.seek(0)
            uri = ctx.save(left, name=named("items", suffix_of(self.from_)))
        return {
            "uri": uri,
            "processedItemsTotal": processed,
            "droppedItemsTotal": processed - kept,
        }

    def _keeps(self, judge: Judge, number: int, row: bytes, record: Any) -> bool:
        try:
            value = judge(names_of(record))
        except TaskFailed as error:
            return self._unclear(f"{error} (line {number}: {shown(row)})")
        if value is None:
            return self._unclear(f"The condition is null for line {number}: {shown(row)}")
        return truth(value) is (self.filter_type == "INCLUDE")

    def _unclear(self, why: str) -> bool:
        if self.error_or_null_behavior == "FAIL":
            raise TaskFailed(why)
        return self.error_or_null_behavior == "INCLUDE"


class DeduplicateItems(RunnableTask):
    """Keeps the last record of each key; the key is an expression over the record."""

    type_name: ClassVar[str] = "core.storage.DeduplicateItems"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.storages.DeduplicateItems",)
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "uri": "The records that are left, in the order of the file",
        "numKeys": "How many keys there are",
        "processedItemsTotal": "How many records there were",
        "droppedItemsTotal": "How many were left out",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "The last state of each customer",
            """id: customers
namespace: company.team
inputs:
  - id: changes
    type: FILE
tasks:
  - id: last
    type: core.storage.DeduplicateItems
    from: "{{ inputs.changes }}"
    expr: "{{ customer_id }}"
""",
        ),
    )

    from_: Dyn[Text] = Field(alias="from")
    expr: RecordExpression

    def run(self, ctx: RunContext) -> Outputs:
        judge, path = ctx.expression(self.expr), ctx.fetch(self.from_)
        with closing(_Last(ctx.working_dir)) as last, closing(scratch(ctx.working_dir)) as left:
            with path.open("rb") as content:
                processed = last.learn(self._keys(judge, content))
            with path.open("rb") as content:
                kept = _copy(content, last.lines(), left)
            left.seek(0)
            uri = ctx.save(left, name=named("items", suffix_of(self.from_)))
        return {
            "uri": uri,
            "numKeys": kept,
            "processedItemsTotal": processed,
            "droppedItemsTotal": processed - kept,
        }

    def _keys(self, judge: Judge, content: BinaryIO) -> Iterator[tuple[bytes, int]]:
        for number, row, record in records(content):
            try:
                value = judge(names_of(record))
            except TaskFailed as error:
                raise TaskFailed(f"{error} (line {number}: {shown(row)})") from None
            if value is None:
                raise TaskFailed(f"The key is null for line {number}: {shown(row)}")
            yield hashlib.blake2b(_key(value), digest_size=16).digest(), number


def _key(value: Any) -> bytes:
    """What the expression prints: the number 1 and the text "1" are one key."""
    match value:
        case str():
            return value.encode()
        case bool() | float() | list() | dict():
            return json.dumps(value, sort_keys=True).encode()
        case _:
            return str(value).encode()


def _copy(content: BinaryIO, chosen: Iterator[int], into: BinaryIO) -> int:
    """Copies the records whose numbers come, in order; returns how many those were."""
    kept, wanted = 0, next(chosen, None)
    for number, row in enumerate(rows(content, b"\n"), 1):
        if number == wanted:
            into.write(row + b"\n")
            kept, wanted = kept + 1, next(chosen, None)
    return kept


class _Last:
    """The line on which each key was seen last; on disk, so that keys may be many."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ".keys.sqlite"
        self._path.unlink(missing_ok=True)
        self._table = sqlite3.connect(self._path)
        self._table.execute("pragma journal_mode = off")
        self._table.execute("pragma synchronous = off")
        self._table.execute(f"pragma cache_size = -{_CACHE_KIB}")
        self._table.execute("create table seen (key blob primary key, line integer) without rowid")

    def learn(self, keys: Iterator[tuple[bytes, int]]) -> int:
        """Takes in keys with their lines, in order; returns how many came."""
        count = 0
        batch: list[tuple[bytes, int]] = []
        for found in keys:
            batch.append(found)
            count += 1
            if len(batch) == _BATCH:
                self._put(batch)
                batch = []
        self._put(batch)
        return count

    def _put(self, batch: list[tuple[bytes, int]]) -> None:
        self._table.executemany("insert or replace into seen values (?, ?)", batch)

    def lines(self) -> Iterator[int]:
        """The last lines of all keys, in order."""
        for (line,) in self._table.execute("select line from seen order by line"):
            yield line

    def close(self) -> None:
        """Drops the table."""
        self._table.close()
        self._path.unlink(missing_ok=True)


PLUGINS: tuple[type, ...] = (FilterItems, DeduplicateItems)
