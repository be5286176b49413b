"""A list read by cursors shows every row once, whatever comes or goes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from downbeat.common.api.pagination import PageRequest, paginate
from downbeat.common.errors import InvalidFields
from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from executions.models import Execution
from flows.models import KeyValue
from tests.support.cast import Cast

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def pair(cast: Cast, key: str, *, kind: str = "STRING", minutes: int | None = None) -> UUID:
    row = KeyValue(
        id=uuid7(),
        tenant_id=cast.tenant.id,
        namespace_id=cast.namespace_id,
        namespace="company.data",
        key=key,
        value=key,
        kind=kind,
        created_at=NOON,
        updated_at=NOON,
        expires_at=None if minutes is None else NOON + timedelta(minutes=minutes),
    )
    row.save(force_insert=True)
    return row.id


@pytest.fixture
def tenant(cast: Cast) -> Iterator[Cast]:
    with tenant_scope(cast.tenant.id):
        yield cast


def read(order: list[str], *, size: int = 2, between: Any = None) -> list[str]:
    """All keys, page by page."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = paginate(KeyValue.objects.order_by(*order), PageRequest(size=size, after=after))
        found += [row.key for row in page.results]
        after = page.next_cursor
        if after is None:
            return found
        if between:
            between()


ORDERS = [
    ["key"],
    ["-key"],
    ["kind", "-key"],
    ["-kind", "key"],
    ["expires_at", "key"],
    ["-expires_at", "-key"],
    ["kind"],
    ["-expires_at"],
]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: ",".join(order))
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_by_cursor_are_the_list(tenant: Cast, order: list[str], size: int) -> None:
    for number, minutes in enumerate([5, None, 3, 5, None, 1, 3]):
        pair(tenant, f"k{number}", kind="AB"[number % 2], minutes=minutes)

    whole = [row.key for row in KeyValue.objects.order_by(*order, "id")]

    assert read(order, size=size) == whole


def test_what_is_inserted_before_a_cursor_moves_nothing(tenant: Cast) -> None:
    for number in range(6):
        pair(tenant, f"k{number}")
    names = iter(f"a{number}" for number in range(100))

    assert read(["key"], between=lambda: pair(tenant, next(names))) == [f"k{n}" for n in range(6)]


def test_what_is_removed_meanwhile_hides_nothing_else(tenant: Cast) -> None:
    for number in range(6):
        pair(tenant, f"k{number}")

    found = read(["key"], between=lambda: KeyValue.objects.filter(key__lte="k1").delete())

    assert found == [f"k{number}" for number in range(6)]


def test_a_cursor_of_another_order_is_refused(tenant: Cast) -> None:
    for number in range(3):
        pair(tenant, f"k{number}")
    cursor = paginate(KeyValue.objects.order_by("key"), PageRequest(size=1)).next_cursor

    with pytest.raises(InvalidFields, match="another order"):
        paginate(KeyValue.objects.order_by("-key"), PageRequest(size=1, after=cursor))


@pytest.mark.parametrize(
    "text", ["x", "%%%", "W10", "e30", "W1siLWlkIl0sWyJ4Il1d", "W1siLWlkIl0sW3t9XV0", "é", "\0"]
)
def test_what_is_no_cursor_is_refused(tenant: Cast, text: str) -> None:
    with pytest.raises(InvalidFields):
        paginate(Execution.objects.order_by("-id"), PageRequest(size=1, after=text))


def test_totals_are_of_the_whole_list(tenant: Cast) -> None:
    for number in range(5):
        pair(tenant, f"k{number}")
    first = paginate(KeyValue.objects.order_by("key"), PageRequest(size=2))
    second = paginate(
        KeyValue.objects.order_by("key"), PageRequest(size=2, after=first.next_cursor)
    )
    last = paginate(KeyValue.objects.order_by("key"), PageRequest(size=2, after=second.next_cursor))

    assert [page.total for page in (first, second, last)] == [5, 5, 5]
    assert last.next_cursor is None
    assert "nextCursor" not in last.as_json()
