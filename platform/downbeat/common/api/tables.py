"""Lists as CSV, streamed: a table of any length costs the memory of one batch."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse

from downbeat.common.api.keyset import Cursor, keys_of
from downbeat.common.scope import tenant_entered, tenant_scope

BATCH: Final = 1_000
# A cell that begins so is a formula to a spreadsheet, and runs when somebody opens the file.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
M = TypeVar("M", bound=Model)


def table(
    tenant_id: UUID,
    rows: Callable[[], QuerySet[M]],
    columns: Sequence[str],
    cells: Callable[[M], Sequence[object]],
    *,
    filename: str,
) -> StreamingHttpResponse:
    """An answer with a line for each row of an ordered query, read batch by batch.

    `rows` is called inside the tenant's scope, once for each batch; the first is read before the
    answer begins, so that a refusal is still one.
    """
    first = _batch(tenant_id, rows, None)

    def lines() -> Iterator[bytes]:
        yield _text([columns])
        batch = first
        while batch:
            yield _text([cells(row) for row in batch])
            batch = _batch(tenant_id, rows, batch[-1]) if len(batch) == BATCH else []

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


def _batch(tenant_id: UUID, rows: Callable[[], QuerySet[M]], last: M | None) -> list[M]:
    # The request is over while its answer is read: the tenant has to be entered again.
    with tenant_entered(tenant_id), tenant_scope(tenant_id):
        found = rows()
        keys = keys_of(found)
        found = found.order_by(*(key.ordering for key in keys))
        if last is not None:
            found = found.filter(Cursor.of(last, keys).beyond())
        return list(found[:BATCH])


def _text(lines: Sequence[Sequence[object]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([[_cell(cell) for cell in line] for line in lines])
    return written.getvalue().encode()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
