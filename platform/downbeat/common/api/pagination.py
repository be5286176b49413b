"""Pages: `page` from 1, `size` from 1 to 1000; a total that is exact to 10,000.

Beyond 10,000 rows nobody pages by number, and counting them all would cost more than the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

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
    """Which page, how long, in which order."""

    page: int = 1
    size: int = DEFAULT_SIZE
    sort: tuple[tuple[str, bool], ...] = ()

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
        return [*chosen, *default] if chosen else list(default)


@dataclass(frozen=True)
class PageOf(Generic[T]):
    """One page of results."""

    results: Sequence[T]
    total: int
    total_exact: bool = True

    def map(self, present: Callable[[T], R]) -> PageOf[R]:
        """The same page with each result shown in another way."""
        return PageOf([present(item) for item in self.results], self.total, self.total_exact)

    def as_json(self) -> dict[str, object]:
        """The body of the answer."""
        return {"results": list(self.results), "total": self.total, "totalExact": self.total_exact}


def page_request(query: Mapping[str, Any], *, size: int = DEFAULT_SIZE) -> PageRequest:
    """Reads `page`, `size` and `sort` from a query string (a QueryDict or a mapping); 422 if bad."""
    page = _within(query.get("page"), "page", default=1, highest=DEEPEST)
    chosen = _within(query.get("size"), "size", default=size, highest=LARGEST_SIZE)
    return PageRequest(page=page, size=chosen, sort=tuple(_sorts(query)))


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
    """One page of an ordered query. Evaluates it: call inside the tenant's scope."""
    found = list(rows[request.offset : request.offset + request.size])
    if found and len(found) < request.size:
        return PageOf(found, request.offset + len(found))
    counted = rows.order_by()[: EXACT_TO + 1].count()
    if counted <= EXACT_TO:
        return PageOf(found, counted)
    return PageOf(found, max(counted, request.offset + len(found)), total_exact=False)


def paginate_list(rows: Sequence[T], request: PageRequest) -> PageOf[T]:
    """One page of what is already in memory."""
    return PageOf(rows[request.offset : request.offset + request.size], len(rows))
