"""How tasks of BigQuery are run in tests."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pyarrow
import pyarrow.parquet

from downbeat.sdk.task import RunnableTask
from tests.support.run_context import RUN, MemoryContext, made

CSV = b"id;name\n1;Ada\n2;Grace\n"


SCHEMA = {"fields": [{"name": "id", "type": "INT64"}, {"name": "name", "type": "STRING"}]}


FILE = "downbeat:///company/data.csv"


def run(kind: type[RunnableTask], context: MemoryContext, **properties: Any) -> dict[str, Any]:
    """The outputs of a task that is run as it stands."""
    quick = {"retryAuto": {"type": "constant", "interval": "PT0S", "maxAttempts": 3}}
    return dict(made(kind, **{**quick, **properties}).run(context) or {})


def another(context: MemoryContext) -> MemoryContext:
    """Another task run of the same flow."""
    return replace(context, run=replace(RUN, task_run_id=uuid4().hex), remembered={})


def parquet(rows: int) -> bytes:
    """A file of so many rows."""
    whole = io.BytesIO()
    table = pyarrow.table({"id": list(range(rows)), "text": [f"row {n}" for n in range(rows)]})
    pyarrow.parquet.write_table(table, whole, compression="none")
    return whole.getvalue()
