"""The same act on many rows: in bounded transactions, over a set that was fixed when it began.

Theory of operation. "All that the filters find" is read as ids up to the newest one at the
beginning, since an act may make rows that would be found as well (a replay makes executions).
Each batch is a transaction of its own: locks are short, and what is done stays done when a later
batch fails. One request does at most `MOST` rows; its answer then carries a cursor, and the same
request with `after=` goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from downbeat.common.errors import AppError, Denied, FieldError, InvalidFields
from downbeat.common.scope import tenant_scope

BATCH: Final = 500
MOST: Final = 10_000
MOST_IDS: Final = 1_000
M = TypeVar("M", bound=Model)
Named = TypeVar("Named")
Rows = Callable[[], QuerySet[M]]


@dataclass(slots=True)
class Progress:
    """What has been done so far; `skipped` could not be done, `after` is where to go on."""

    count: int = 0
    skipped: int = 0
    after: str | None = None

    def as_json(self) -> dict[str, object]:
        """The body of the answer."""
        shown: dict[str, object] = {"count": self.count}
        if self.skipped:
            shown["skipped"] = self.skipped
        return shown if self.after is None else {**shown, "nextCursor": self.after}


def each_found(
    tenant_id: UUID, rows: Rows[M], act: Callable[[M], object], *, after: str | None = None
) -> Progress:
    """Acts on every row of a query, oldest first; rows that refuse are skipped.

    `rows` is called inside the tenant's scope, once for each batch. Raises `Denied` as it comes:
    the query has to leave out what the actor may not touch.
    """
    progress = Progress()
    last, newest = _span(after) if after else (None, _newest(tenant_id, rows))
    while newest is not None:
        with tenant_scope(tenant_id):
            pending = rows().filter(id__lte=newest)
            pending = pending if last is None else pending.filter(id__gt=last)
            batch: Sequence[M] = list(pending.order_by("id")[:BATCH])
            for row in batch:
                _one(row, act, progress)
        if len(batch) < BATCH:
            break
        last = UUID(str(batch[-1].pk))
        if progress.count + progress.skipped >= MOST:
            progress.after = f"{last.hex}{newest.hex}"
            break
    return progress


def _newest(tenant_id: UUID, rows: Rows[M]) -> UUID | None:
    with tenant_scope(tenant_id):
        return rows().order_by("-id").values_list("id", flat=True).first()


def _one(row: M, act: Callable[[M], object], progress: Progress) -> None:
    try:
        with transaction.atomic():
            act(row)
    except Denied:
        raise
    except AppError:
        progress.skipped += 1
    else:
        progress.count += 1


def _span(cursor: str) -> tuple[UUID, UUID]:
    """Where to go on, and where the set ended when the first request began."""
    try:
        return UUID(cursor[:32]), UUID(cursor[32:])
    except ValueError:
        reason = "not a cursor of such an answer; ask again without it"
        raise InvalidFields([FieldError(reason, path="after", code="cursor")]) from None


def each_named(tenant_id: UUID, named: Sequence[Named], act: Callable[[Named], object]) -> int:
    """Acts on all that a request names, in one transaction: all of it or, with 422, none.

    The answer says for each refused one why. Names that come twice are done once.
    """
    wanted = list(dict.fromkeys(named))
    if len(wanted) > MOST_IDS:
        reason = f"at most {MOST_IDS} in one request; send several, or use the form by query"
        raise InvalidFields([FieldError(reason, path="ids")])
    refused: list[FieldError] = []
    with tenant_scope(tenant_id):
        for one in wanted:
            try:
                act(one)
            except Denied:
                raise
            except AppError as problem:
                refused.append(FieldError(problem.message, str(one), code=problem.code))
        if refused:
            raise InvalidFields(refused)
    return len(wanted)
