"""Values of databases as plain data, and rows as JSON lines in internal storage."""

from __future__ import annotations

import base64
import json
import math
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO, cast
from uuid import UUID

from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import format_duration

Row = Mapping[str, Any]


def plain(value: Any) -> Any:
    """A value that JSON can hold; numbers stay numbers, dates become ISO text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return _number(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return format_duration(value)
        case bytes() | bytearray() | memoryview():
            return base64.b64encode(bytes(value)).decode()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set():
            return [plain(item) for item in value]
        case UUID():
            return str(value)
        case _:
            return str(value)


def _number(value: Decimal) -> int | float | None:
    if not value.is_finite():
        return None
    return (
        int(value)
        if value == value.to_integral_value() and value.as_tuple().exponent == 0
        else float(value)
    )


def store(ctx: RunContext, rows: Iterable[Row]) -> tuple[str, int]:
    """Writes rows as JSON lines into internal storage; returns the URI and the number of rows."""
    count = 0
    with tempfile.TemporaryFile(dir=ctx.working_dir) as whole:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            whole.write(line.encode() + b"\n")
            count += 1
        whole.seek(0)
        return ctx.save(cast(BinaryIO, whole), name="rows.jsonl"), count
