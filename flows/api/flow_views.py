"""Flows over HTTP: search, read, publish, validate, history, graph."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.filters import EQUALITY, TEXT, Op, parse
from downbeat.common.api.pagination import page_request, paginate
from flows.api import bodies, wire
from flows.api.scope import in_tenant
from flows.api.search import matching_flows
from flows.models import Flow
from flows.selectors import definitions
from flows.selectors.catalogue import registry
from flows.services import publish
from flows.services.publish import Address
from flows.spec.graph import flow_graph
from flows.spec.parse import parse_flows
from flows.spec.source import split_documents
from tenants.access import require, visible
from tenants.http import TenantViewSet

FIELDS = {
    "namespace": TEXT,
    "flowId": TEXT,
    "id": TEXT,
    "q": frozenset({Op.EQUALS, Op.CONTAINS}),
    "labels": EQUALITY,
    "scope": EQUALITY,
    "disabled": EQUALITY,
}
SORTS = {
    "id": "flow_id",
    "flowId": "flow_id",
    "namespace": "namespace",
    "updated": "updated_at",
    "revision": "revision",
}


class FlowViewSet(TenantViewSet):
    """Definitions of flows."""

    actions: ClassVar = {
        "search": "flow.view",
        "namespaces": "flow.view",
        "sources": "flow.view",
        "retrieve": "flow.view",
        "task": "flow.view",
        "revisions": "flow.view",
        "graph": "flow.view",
        "create": "flow.create",
        "update": "flow.edit",
        "destroy": "flow.delete",
    }

    def rows(self) -> Any:
        """The flows that the caller may see."""
        return visible(self.actor, "flow.view", definitions.flows())

    def row(self, namespace: str, id: str, *, deleted: bool = False) -> Flow:
        """One flow that the caller may see; else it is not there."""
        row = definitions.find(namespace, id, deleted=deleted)
        require(self.actor, "flow.view", row.namespace_id)
        return row

    @in_tenant
    def search(self, request: Request, **_: Any) -> Response:
        """A page of flows."""
        wanted = page_request(request.query_params)
        found = parse(request.query_params, FIELDS, maps=("labels",))
        rows = matching_flows(self.rows(), found).order_by(
            *wanted.order_by(SORTS, ("namespace", "flow_id"))
        )
        return Response(paginate(rows, wanted).map(wire.flow).as_json())

    @in_tenant
    def namespaces(self, request: Request, **_: Any) -> Response:
        """The namespaces in which there are flows."""
        text = request.query_params.get("q", "")
        rows = self.rows().filter(namespace__icontains=text)
        found = rows.order_by("namespace").values_list("namespace", flat=True).distinct()
        return Response(list(found))

    @in_tenant
    def sources(self, request: Request, **_: Any) -> Response:
        """Flows whose source contains a text, with the lines that do."""
        wanted = page_request(request.query_params)
        text = request.query_params.get("q", "")
        by_uid = {row.id: row for row in self.rows()}
        found = definitions.source_matches(text, request.query_params.get("namespace"))
        rows = found.filter(flow_uid__in=list(by_uid)).order_by("flow_uid")
        page = paginate(rows, wanted)
        return Response(
            page.map(
                lambda item: {
                    "model": wire.flow(by_uid[item.flow_uid]),
                    "fragments": bodies.fragments(item.source, text),
                }
            ).as_json()
        )

    @in_tenant
    def retrieve(self, request: Request, namespace: str, id: str, **_: Any) -> Response:
        """One flow, or one revision of it, with or without its source."""
        number = bodies.optional_number(request, "revision")
        row = self.row(namespace, id, deleted=bodies.flag(request, "allowDeleted"))
        found = definitions.source(row, number)
        if number is not None and number != row.revision:
            return Response(wire.revision(row, found, bodies.document_of(found.source)))
        source = found.source if bodies.flag(request, "source") else None
        return Response(wire.flow(row, source=source))

    @in_tenant
    def task(self, request: Request, namespace: str, id: str, task_id: str, **_: Any) -> Response:
        """One task of a flow as written."""
        found = definitions.source(
            self.row(namespace, id), bodies.optional_number(request, "revision")
        )
        return Response(bodies.task_of(bodies.document_of(found.source), task_id))

    @in_tenant
    def create(self, request: Request, **_: Any) -> Response:
        """Publishes a new flow."""
        source = bodies.source_of(request)
        row = publish.create_flow(source, actor=self.actor)
        return Response(wire.flow(row, source=source))

    @in_tenant
    def update(self, request: Request, namespace: str, id: str, **_: Any) -> Response:
        """Publishes a flow's next revision."""
        source = bodies.source_of(request)
        self.row(namespace, id)
        row = publish.update_flow(source, address=Address(namespace, id), actor=self.actor)
        return Response(wire.flow(row, source=source))

    @in_tenant
    def destroy(self, request: Request, namespace: str, id: str, **_: Any) -> Response:
        """Takes a flow away."""
        self.row(namespace, id)
        publish.delete_flow(Address(namespace, id), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @in_tenant
    def revisions(self, request: Request, namespace: str, id: str, **_: Any) -> Response:
        """Every revision of a flow, oldest first, with sources."""
        row = self.row(namespace, id, deleted=bodies.flag(request, "allowDelete"))
        return Response(
            [
                wire.revision(row, found, bodies.document_of(found.source))
                for found in definitions.history(row)
            ]
        )

    @in_tenant
    def graph(self, request: Request, namespace: str, id: str, **_: Any) -> Response:
        """The graph of a flow: nodes, edges and clusters."""
        found = definitions.source(
            self.row(namespace, id), bodies.optional_number(request, "revision")
        )
        return Response(flow_graph(bodies.valid_flow(publish.parsed(found.source))))


class FlowSourceViewSet(TenantViewSet):
    """Sources that are looked at and not stored."""

    actions: ClassVar = {"validate": "flow.view", "graph": "flow.view"}

    @in_tenant
    def validate(self, request: Request, **_: Any) -> Response:
        """What is right and wrong with each document of a source."""
        outcomes = [publish.parsed(text) for text in split_documents(bodies.source_of(request))]
        return Response([wire.validation(index, found) for index, found in enumerate(outcomes)])

    @in_tenant
    def graph(self, request: Request, **_: Any) -> Response:
        """The graph of a source."""
        outcome = parse_flows(bodies.source_of(request), registry())[0]
        return Response(flow_graph(bodies.valid_flow(outcome)))
