"""Pages: `page` from 1, `size` from 1 to 1000; a total that is exact to 10,000; cursors.

Beyond 10,000 rows nobody pages by number, and counting them all would cost more than the page.
Whoever reads everything follows `nextCursor` with `after=`: a page then costs the same wherever
it lies, and rows that come or go meanwhile neither repeat nor hide others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from downbeat.common.api.keyset import Cursor, Key, keys_of
from downbeat.common.errors import FieldError, InvalidFields

DEFAULT_SIZE = 10
LARGEST_SIZE = 1000
EXACT_TO = 10_000
DEEPEST = 1_000_000

T = TypeVar("T")
R = TypeVar("R")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class PageRequest:
    """Which page, how long, in which order; `after` is the cursor of a former answer."""

    page: int = 1
    size: int = DEFAULT_SIZE
    sort: tuple[tuple[str, bool], ...] = ()
    after: str | None = None

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.page - 1) * self.size

    def order_by(self, fields: Mapping[str, str], default: Sequence[str]) -> list[str]:
        """Django's ordering for `sort=field:desc`; `fields` maps API names to columns."""
        unknown = [name for name, _ in self.sort if name not in fields]
        if unknown:
            allowed = ", ".join(sorted(fields))
            errors = [
                FieldError(f"cannot sort by {name}; use one of {allowed}", "sort")
                for name in unknown
            ]
            raise InvalidFields(errors)
        chosen = [("-" if descending else "") + fields[name] for name, descending in self.sort]
        named = {name.lstrip("-") for name in chosen}
        return [*chosen, *(name for name in default if name.lstrip("-") not in named)]


@dataclass(frozen=True)
class PageOf(Generic[T]):
    """One page of results; `next_cursor` is where the following one begins, if there is one."""

    results: Sequence[T]
    total: int
    total_exact: bool = True
    next_cursor: str | None = None

    def map(self, present: Callable[[T], R]) -> PageOf[R]:
        """The same page with each result shown in another way."""
        shown = [present(item) for item in self.results]
        return PageOf(shown, self.total, self.total_exact, self.next_cursor)

    def as_json(self) -> dict[str, object]:
        """The body of the answer."""
        shown: dict[str, object] = {
            "results": list(self.results),
            "total": self.total,
            "totalExact": self.total_exact,
        }
        return shown if self.next_cursor is None else {**shown, "nextCursor": self.next_cursor}


def page_request(query: Mapping[str, Any], *, size: int = DEFAULT_SIZE) -> PageRequest:
    """Reads `page`, `size`, `sort` and `after` from a query string; 422 if one is bad."""
    page = _within(query.get("page"), "page", default=1, highest=DEEPEST)
    chosen = _within(query.get("size"), "size", default=size, highest=LARGEST_SIZE)
    after = query.get("after") or None
    if after is not None and page > 1:
        reason = "use page or after, not both: a cursor says by itself where to go on"
        raise InvalidFields([FieldError(reason, path="after")])
    return PageRequest(page=page, size=chosen, sort=tuple(_sorts(query)), after=after)


def _within(text: str | None, name: str, *, default: int, highest: int) -> int:
    if text is None or text == "":
        return default
    number = int(text) if text.isdecimal() and len(text) <= 9 else 0
    if not 1 <= number <= highest:
        raise InvalidFields([FieldError(f"must be a number from 1 to {highest}", path=name)])
    return number


def _sorts(query: Mapping[str, Any]) -> Iterable[tuple[str, bool]]:
    getlist = getattr(query, "getlist", None)
    texts = getlist("sort") if getlist else [query.get("sort") or ""]
    for text in (part for joined in texts for part in joined.split(",") if part):
        name, _, direction = text.partition(":")
        if direction.lower() not in {"", "asc", "desc"}:
            raise InvalidFields([FieldError("direction is asc or desc", path="sort")])
        yield name, direction.lower() == "desc"


def paginate(rows: QuerySet[M], request: PageRequest) -> PageOf[M]:
    """One page of an ordered query. Evaluates it: call inside the tenant's scope.

    Rows that are equal in the order are told apart by their id, so that no page depends on luck.
    """
    keys = keys_of(rows)
    ordered = rows.order_by(*(key.ordering for key in keys))
    if request.after is None:
        found = list(ordered[request.offset : request.offset + request.size + 1])
    else:
        beyond = Cursor.read(request.after, rows.model, keys).beyond()
        found = list(ordered.filter(beyond)[: request.size + 1])
    more = len(found) > request.size
    results = found[: request.size]
    cursor = Cursor.of(results[-1], keys).text() if more else None
    total, exact = _total(rows, request, results, keys=keys, more=more)
    return PageOf(results, total, exact, cursor)


def _total(
    rows: QuerySet[M],
    request: PageRequest,
    results: Sequence[M],
    *,
    keys: Sequence[Key],
    more: bool,
) -> tuple[int, bool]:
    """How many rows there are, counted no further than anybody looks."""
    if results and not more and request.after is None:
        return request.offset + len(results), True
    counted = rows.order_by()[: EXACT_TO + 1].count()
    if counted <= EXACT_TO:
        return counted, True
    seen = 0 if request.after is not None else request.offset + len(results)
    return max(counted, seen), False


def paginate_list(rows: Sequence[T], request: PageRequest) -> PageOf[T]:
    """One page of what is already in memory."""
    return PageOf(rows[request.offset : request.offset + request.size], len(rows))
