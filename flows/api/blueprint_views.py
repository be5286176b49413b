"""Blueprints over HTTP: found by text and tag, read with their source."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.operations import PAGE, PLAIN, YAML, Operation, Query, Shape
from downbeat.common.api.pagination import page_request, paginate_list
from downbeat.common.errors import NotFound
from flows.selectors import blueprints
from flows.selectors.blueprints import Blueprint
from tenants.http import TenantViewSet

FLOW: Final = "FLOW"
"""The only kind that there is."""


class BlueprintViewSet(TenantViewSet):
    """Flows to begin from; the same for every tenant."""

    actions: ClassVar = {
        "search": "flow.view",
        "tags": "flow.view",
        "retrieve": "flow.view",
        "source": "flow.view",
    }

    def search(self, request: Request, kind: str, **_: Any) -> Response:
        """A page of blueprints that have a text and all of the tags."""
        wanted = page_request(request.query_params)
        tags = tuple(filter(None, (request.query_params.get("tags") or "").split(",")))
        known = blueprints.matching(request.query_params.get("q") or "", tags)
        found = known if kind.upper() == FLOW else []
        return Response(paginate_list(found, wanted).map(_brief).as_json())

    def tags(self, request: Request, kind: str, **_: Any) -> Response:
        """Every tag that a blueprint has, in order."""
        known = blueprints.blueprints() if kind.upper() == FLOW else ()
        names = sorted({tag for one in known for tag in one.tags})
        return Response([{"id": name, "name": name} for name in names])

    def retrieve(self, request: Request, kind: str, id: str, **_: Any) -> Response:
        """One with its source."""
        found = _one(kind, id)
        return Response({**_brief(found), "source": found.source, "kind": FLOW})

    def source(self, request: Request, kind: str, id: str, **_: Any) -> HttpResponse:
        """The source of one, as it would be saved."""
        return HttpResponse(_one(kind, id).source, content_type=f"{YAML}; charset=utf-8")


def _one(kind: str, id: str) -> Blueprint:
    found = blueprints.blueprint(id) if kind.upper() == FLOW else None
    if found is None:
        raise NotFound("blueprint")
    return found


def _brief(one: Blueprint) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "description": one.description,
        "tags": one.tags,
        "includedTasks": one.included_tasks,
    }


class BlueprintItem(Shape):
    """A flow to begin from."""

    shape_name = "BlueprintController.ApiBlueprintItem"
    id: str
    title: str
    description: str
    tags: tuple[str, ...]
    included_tasks: tuple[str, ...]


class BlueprintWithSource(BlueprintItem):
    """The same with its source."""

    shape_name = "BlueprintController.ApiBlueprintItemWithSource"
    source: str
    kind: str


class BlueprintTag(Shape):
    """A tag that blueprints have."""

    shape_name = "BlueprintController.ApiBlueprintTagItem"
    id: str
    name: str


B: Final = "/blueprints/community/{}"
SHAPES: Final[tuple[type[Shape], ...]] = (BlueprintItem, BlueprintWithSource, BlueprintTag)
PAGES: Final = ("BlueprintController.ApiBlueprintItem",)
OPERATIONS: Final = {
    f"GET {B}": Operation(
        "searchBlueprints",
        "PagedResults_BlueprintController.ApiBlueprintItem_",
        query=(*PAGE[:2], Query("q"), Query("tags", text="All of these; with commas.")),
    ),
    f"GET {B}/tags": Operation("blueprintTags", ["BlueprintController.ApiBlueprintTagItem"]),
    f"GET {B}/{{}}": Operation("blueprint", "BlueprintController.ApiBlueprintItemWithSource"),
    f"GET {B}/{{}}/source": Operation("blueprintSource", PLAIN, media=YAML),
}
