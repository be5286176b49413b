"""Text in the sources of flows: found, and replaced after a look at what would change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from django.db.models import Q, QuerySet
from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import Body, read_body
from downbeat.common.api.pagination import EXACT_TO, PageOf, page_request
from downbeat.common.errors import FieldError, InvalidFields
from flows.api import bodies, wire
from flows.api.scope import in_tenant
from flows.models import Flow
from flows.selectors import definitions, flow_filters
from flows.services import replacing
from flows.services.publish import Address
from flows.services.replacing import Changed, Place, Reason, Skipped
from flows.spec.source_search import Match, Query, QueryInvalid, Scope, Search, changed_lines
from tenants.access import can, visible
from tenants.http import TenantViewSet

MOST_FLOWS: Final = 1_000
Json = dict[str, Any]


class Named(Body):
    """A flow."""

    namespace: str
    id: str


class Wanted(Body):
    """What is looked for."""

    query: str
    case_sensitive: bool = False
    whole_word: bool = False
    regex: bool = False
    scope: Scope = Scope.ALL
    namespace: str | None = None

    def search(self) -> Search:
        """The search; 422 for what cannot be searched for."""
        query = Query(
            self.query, self.case_sensitive, self.whole_word, self.regex, scope=self.scope
        )
        return started(query, "query")


class Preview(Wanted):
    """Body of a preview."""

    replacement: str


class Apply(Wanted):
    """Body of a replacement in several flows."""

    replacement: str
    flows: tuple[Named, ...] = Field(max_length=MOST_FLOWS)


class Line(Wanted):
    """Body of a replacement on one line of one flow; the column counts from 0."""

    replacement: str
    namespace: str
    id: str
    line: int = Field(ge=1)
    column: int | None = Field(default=None, ge=0)


class SourceSearchViewSet(TenantViewSet):
    """Routes about text in sources."""

    actions: ClassVar = {
        "search": "flow.view",
        "preview": "flow.view",
        "apply": "flow.edit",
        "line": "flow.edit",
    }

    @in_tenant
    def search(self, request: Request, **_: Any) -> Response:
        """A page of flows whose source contains a text, with the places where it does."""
        wanted = page_request(request.query_params)
        asked = request.query_params
        order = wanted.order_by(flow_filters.SORTS, flow_filters.ORDER)
        rows = self._rows(asked.get("namespace")).order_by(*order)
        if not asked.get("q"):
            return Response(PageOf([], 0).as_json())
        search, text = started(_query(request), "q"), _plain(request)
        found: list[Json] = []
        total, last = 0, wanted.offset + wanted.size
        for row, matches in _matching(rows, search, text):
            total += 1
            if wanted.offset < total <= last:
                found.append(self._hit(row, matches))
            if total > max(EXACT_TO, last):
                return Response(PageOf(found, total, total_exact=False).as_json())
        return Response(PageOf(found, total).as_json())

    @in_tenant
    def preview(self, request: Request, **_: Any) -> Response:
        """The lines that a replacement would change, flow by flow; nothing is stored."""
        asked = read_body(request.data, Preview)
        search = asked.search()
        text = None if asked.regex else asked.query
        shown: list[Json] = []
        for row, matches in _matching(self._rows(asked.namespace), search, text):
            before = getattr(row, definitions.SOURCE)
            after = _replaced(search, before, asked.replacement)
            shown.append({**self._place(row), "matches": _changes(before, after, matches)})
            if len(shown) >= MOST_FLOWS:
                break
        return Response(
            {
                "totalMatches": sum(len(item["matches"]) for item in shown),
                "totalFlows": len(shown),
                "editableFlowCount": sum(item["editable"] for item in shown),
                "flows": shown,
            }
        )

    @in_tenant
    def apply(self, request: Request, **_: Any) -> Response:
        """Replaces in the flows of the body; those that would not be valid are left as they are."""
        asked = read_body(request.data, Apply)
        named = [Address(item.namespace, item.id) for item in asked.flows]
        return self._done(*self._replace(asked, named, Place()))

    @in_tenant
    def line(self, request: Request, **_: Any) -> Response:
        """Replaces on one line of one flow; the flow as it is then."""
        asked = read_body(request.data, Line)
        place = Place(asked.line, asked.column)
        changed, skipped = self._replace(asked, [Address(asked.namespace, asked.id)], place)
        return self._done(changed, skipped)

    def _replace(
        self, asked: Apply | Line, named: list[Address], place: Place
    ) -> tuple[list[Changed], list[Skipped]]:
        try:
            return replacing.replace_in(
                named, asked.search(), asked.replacement, actor=self.actor, place=place
            )
        except QueryInvalid as problem:
            raise InvalidFields([FieldError(str(problem), path="query")]) from None

    def _done(self, changed: list[Changed], skipped: list[Skipped]) -> Response:
        return Response(
            {
                "updated": [wire.flow(item.row, source=item.source) for item in changed],
                "skipped": [_skipped(item) for item in skipped],
            }
        )

    def _rows(self, namespace: str | None) -> QuerySet[Flow]:
        rows = visible(self.actor, "flow.view", definitions.flows())
        if not namespace:
            return rows
        return rows.filter(Q(namespace=namespace) | Q(namespace__startswith=f"{namespace}."))

    def _place(self, row: Flow) -> Json:
        editable = can(self.actor, "flow.edit", row.namespace_id)
        return {"namespace": row.namespace, "id": row.flow_id, "editable": editable}

    def _hit(self, row: Flow, matches: list[Match]) -> Json:
        shown = [
            {"line": item.line, "column": item.column, "snippet": item.snippet} for item in matches
        ]
        return {**self._place(row), "matches": shown}


def _query(request: Request) -> Query:
    asked = request.query_params
    scope = (asked.get("scope") or Scope.ALL).upper()
    if scope not in Scope.__members__:
        reason = f"use one of {', '.join(Scope.__members__)}"
        raise InvalidFields([FieldError(reason, path="scope")])
    return Query(
        asked.get("q", ""),
        case_sensitive=bodies.flag(request, "caseSensitive"),
        whole_word=bodies.flag(request, "wholeWord"),
        regex=bodies.flag(request, "regex"),
        scope=Scope(scope),
    )


def _plain(request: Request) -> str | None:
    return None if bodies.flag(request, "regex") else request.query_params.get("q", "")


def started(query: Query, path: str) -> Search:
    """A search; 422 for what cannot be searched for."""
    try:
        return Search(query)
    except QueryInvalid as problem:
        raise InvalidFields([FieldError(str(problem), path=path)]) from None


def _matching(
    rows: QuerySet[Flow], search: Search, text: str | None
) -> Iterator[tuple[Flow, list[Match]]]:
    """The flows that match; with a plain text the database leaves out most of the others."""
    chosen = definitions.with_source(rows) if text is None else definitions.containing(rows, text)
    try:
        for row in chosen.defer("document").iterator(definitions.BATCH):
            matches = search.matches(getattr(row, definitions.SOURCE) or "")
            if matches:
                yield row, matches
    except QueryInvalid as problem:
        raise InvalidFields([FieldError(str(problem), path="query")]) from None


def _replaced(search: Search, source: str, replacement: str) -> str:
    try:
        return search.replaced(source, replacement)
    except QueryInvalid as problem:
        raise InvalidFields([FieldError(str(problem), path="replacement")]) from None


def _changes(before: str, after: str, matches: list[Match]) -> list[Json]:
    told = {item.line for item in matches}
    return [
        {"line": line, "before": old, "after": new}
        for line, old, new in changed_lines(before, after)
        if line in told
    ]


def _skipped(item: Skipped) -> Json:
    shown: Json = {"namespace": item.address.namespace, "id": item.address.flow_id}
    shown["reason"] = Reason(item.reason)
    return {**shown, "message": item.message} if item.message else shown
