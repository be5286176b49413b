"""Rows of BigQuery as plain data, and as JSON lines in internal storage, page by page."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, cast

import orjson

from downbeat.sdk.context import RunContext
from flows.plugins.jdbc.rows import plain

_BUFFER = 1 << 20


def records(rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Each row as a map; values are still those of the client library."""
    for row in rows:
        yield dict(zip(row._xxx_field_to_index, row._xxx_values, strict=True))


def plain_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """A row as data that JSON can hold."""
    return {name: _plain(value) for name, value in record.items()}


def store(ctx: RunContext, rows: Iterable[Any]) -> tuple[str, int]:
    """Writes rows as JSON lines into internal storage; returns the URI and the number of rows."""
    size = 0
    with tempfile.TemporaryFile(dir=ctx.working_dir, buffering=_BUFFER) as whole:
        for record in records(rows):
            whole.write(_line(record))
            size += 1
        whole.seek(0)
        return ctx.save(cast(BinaryIO, whole), name="rows.jsonl"), size


def _line(record: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(record, default=_plain, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        # Numbers of more than 64 bits (NUMERIC) are more than the quick writer can write.
        return json.dumps(plain_record(record), ensure_ascii=False).encode() + b"\n"


def _plain(value: Any) -> Any:
    """As all databases show it; intervals and the like as BigQuery writes them."""
    if type(value).__name__ == "relativedelta":
        return _interval(value)
    if isinstance(value, Mapping):
        return plain_record(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return plain(value)


def _interval(value: Any) -> str:
    """``1-2 3 4:5:6.7``: years, months, days, hours, minutes, seconds."""
    months = value.years * 12 + value.months
    seconds = (value.hours * 60 + value.minutes) * 60 + value.seconds
    micros = seconds * 1_000_000 + value.microseconds
    rest = f".{abs(micros) % 1_000_000:06d}".rstrip("0").rstrip(".")
    whole = abs(micros) // 1_000_000
    return (
        f"{'-' if months < 0 else ''}{abs(months) // 12}-{abs(months) % 12} {value.days} "
        f"{'-' if micros < 0 else ''}{whole // 3600}:{whole // 60 % 60}:{whole % 60}{rest}"
    )
