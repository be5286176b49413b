"""Assets and lineage: search, one, what depends on it, who uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api import conditions
from downbeat.common.api.conditions import Field
from downbeat.common.api.filters import Op
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.scope import tenant_scope
from executions.api import requests
from executions.models import Asset, AssetUse, LineageEdge
from executions.selectors import assets as selector
from tenants.http import TenantViewSet

Json = dict[str, Any]
VIEW: Final = selector.VIEW
ONE: Final = frozenset({Op.EQUALS})
SORTS: Final = {"id": "uri", "type": "type", "created": "first_at", "updated": "last_at"}
USE_SORTS: Final = {"created": "at", "flowId": "flow_id", "namespace": "namespace"}

OF_TASK: Final[Mapping[str, Field]] = {
    "namespace": conditions.text("namespace"),
    "flowId": conditions.text("flow_id"),
    "taskId": conditions.text("task_id"),
    "executionId": conditions.identity("execution_id"),
    "startDate": conditions.moment("at"),
    "endDate": conditions.moment("at"),
}


def _used(field: Field) -> Field:
    """A field of the tasks that use an asset."""

    def condition(clause: Any) -> Q:
        found = AssetUse.objects.filter(field.condition(clause))
        return Q(id__in=found.values("asset_id"))

    return Field(field.ops, condition)


def _uri_of(column: str) -> Field:
    """The name of an asset that a row points at."""
    field = conditions.text("uri")

    def condition(clause: Any) -> Q:
        found = Asset.objects.filter(field.condition(clause))
        return Q(**{f"{column}__in": found.values("id")})

    return Field(field.ops, condition)


FIELDS: Final[Mapping[str, Field]] = {
    "q": Field(ONE, lambda one: Q(uri__icontains=one.value) | Q(name__icontains=one.value)),
    "id": conditions.text("uri"),
    "assetId": conditions.text("uri"),
    "type": conditions.text("type"),
    "namespace": _used(conditions.text("namespace")),
    "flowId": _used(conditions.text("flow_id")),
    "executionId": _used(conditions.identity("execution_id")),
    "created": conditions.moment("first_at"),
    "updated": conditions.moment("last_at"),
}
USES: Final[Mapping[str, Field]] = {**OF_TASK, "assetId": _uri_of("asset_id")}
EDGES: Final[Mapping[str, Field]] = {
    **OF_TASK,
    "source": _uri_of("source_id"),
    "target": _uri_of("target_id"),
}


class AssetViewSet(TenantViewSet):
    """Routes about assets."""

    actions: ClassVar[dict[str, str]] = {
        "search": VIEW,
        "retrieve": VIEW,
        "dependencies": VIEW,
        "usages": VIEW,
        "lineage_events": VIEW,
    }

    def search(self, request: Request, **_address: str) -> Response:
        """A page of assets."""
        asked = page_request(request.query_params)
        chosen = requests.filters_of(request, FIELDS)
        with tenant_scope(self.tenant.id):
            rows = selector.seen_by(self.actor).filter(conditions.condition(chosen, FIELDS))
            page = paginate(rows.order_by(*asked.order_by(SORTS, ("uri",))), asked)
            places = self._places(row.id for row in page.results)
        return Response(page.map(lambda row: asset(row, places.get(row.id))).as_json())

    def retrieve(self, request: Request, pk: str, **_address: str) -> Response:
        """One asset."""
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, pk)
            places = self._places([row.id])
        return Response(asset(row, places.get(row.id)))

    def dependencies(self, request: Request, pk: str, **_address: str) -> Response:
        """The graph of assets and flows around an asset."""
        query = request.query_params
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, pk)
            found = selector.graph(
                self.actor,
                row,
                downstream_only=query.get("destinationOnly") == "true",
                far=query.get("expandAll") == "true",
            )
        return Response(topology(found))

    def usages(self, request: Request, **_address: str) -> Response:
        """A page of tasks that read or write assets."""
        asked = page_request(request.query_params)
        chosen = requests.filters_of(request, USES)
        with tenant_scope(self.tenant.id):
            rows = selector.uses(self.actor).filter(conditions.condition(chosen, USES))
            page = paginate(rows.order_by(*asked.order_by(USE_SORTS, ("-at",))), asked)
            known = selector.named(row.asset_id for row in page.results)
        return Response(page.map(lambda row: usage(row, known[row.asset_id])).as_json())

    def lineage_events(self, request: Request, **_address: str) -> Response:
        """A page of what flowed into what, the latest first."""
        asked = page_request(request.query_params)
        chosen = requests.filters_of(request, EDGES)
        with tenant_scope(self.tenant.id):
            rows = selector.edges(self.actor).filter(conditions.condition(chosen, EDGES))
            page = paginate(rows.order_by(*asked.order_by(USE_SORTS, ("-at",))), asked)
            ends = [id for row in page.results for id in (row.source_id, row.target_id)]
            known = selector.named(ends)
        return Response(page.map(lambda row: edge(row, known)).as_json())

    def _places(self, ids: Any) -> dict[Any, str]:
        """The namespace in which each asset was used last, among those that one may see."""
        rows = selector.uses(self.actor).filter(asset_id__in=list(ids)).order_by("at")
        return {row.asset_id: row.namespace for row in rows}


def asset(row: Asset, namespace: str | None) -> Json:
    """An asset as JSON."""
    shown = {
        "id": row.uri,
        "type": row.type,
        "displayName": row.name,
        "namespace": namespace,
        "metadata": row.facts,
        "created": clock.wire(row.first_at),
        "updated": clock.wire(row.last_at),
        "executionId": str(row.execution_id),
        "deleted": False,
    }
    return {name: value for name, value in shown.items() if value is not None}


def usage(row: AssetUse, of: Asset) -> Json:
    """A task that reads or writes an asset, as JSON."""
    return {"assetId": of.uri, "direction": row.direction, **_task(row)}


def edge(row: LineageEdge, known: Mapping[Any, Asset]) -> Json:
    """A flow of data, as JSON."""
    return {
        "uid": f"{row.source_id}-{row.target_id}-{row.task_run_id}",
        "inputs": [_named(known[row.source_id])],
        "outputs": [_named(known[row.target_id])],
        **_task(row),
    }


def _named(row: Asset) -> Json:
    return {"id": row.uri} | ({"type": row.type} if row.type else {})


def _task(row: AssetUse | LineageEdge) -> Json:
    return {
        "namespace": row.namespace,
        "flowId": row.flow_id,
        "flowRevision": row.revision,
        "taskId": row.task_id,
        "executionId": str(row.execution_id),
        "taskRunId": str(row.task_run_id),
        "kind": row.kind,
        "created": clock.wire(row.at),
    }


def topology(found: selector.Graph) -> Json:
    """A graph as JSON: assets and flows, and who reads and writes what."""
    flows = {flow for _, flow in found.reads} | {flow for flow, _ in found.writes}
    assets = sorted(found.assets.values(), key=lambda row: row.uri)
    nodes = [{"uid": row.uri, "id": row.uri, "type": "ASSET"} for row in assets]
    nodes += [
        {"uid": flow.uid, "namespace": flow.namespace, "id": flow.flow_id, "type": "FLOW"}
        for flow in sorted(flows, key=lambda flow: flow.uid)
    ]
    uri = {id: row.uri for id, row in found.assets.items()}
    edges = [(uri[id], flow.uid, "USED_BY") for id, flow in found.reads]
    edges += [(flow.uid, uri[id], "UPSERT") for flow, id in found.writes]
    return {
        "nodes": nodes,
        "edges": [
            {"source": source, "target": target, "relation": relation}
            for source, target, relation in sorted(edges)
        ],
        "truncated": found.truncated,
    }
