"""Flows over HTTP: search, read, publish, history, graph."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.conditions import chosen
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.api.tables import table
from downbeat.common.clock import wire as date
from flows.api import bodies, wire
from flows.api.scope import in_tenant
from flows.models import Flow
from flows.selectors import definitions, dependencies, flow_filters, revisions
from flows.services import history, publish
from flows.services.publish import Address
from flows.spec.graph import flow_graph
from tenants.access import require, visible
from tenants.http import TenantViewSet

COLUMNS = (
    "namespace",
    "id",
    "revision",
    "description",
    "labels",
    "disabled",
    "created",
    "updated",
)


class FlowViewSet(TenantViewSet):
    """Definitions of flows."""

    actions: ClassVar = {
        "search": "flow.view",
        "export_table": "flow.view",
        "namespaces": "flow.view",
        "retrieve": "flow.view",
        "task": "flow.view",
        "revisions": "flow.view",
        "delete_revisions": "flow.delete",
        "graph": "flow.view",
        "dependencies": "flow.view",
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
        """A page of flows; ``after=`` takes up where a former page ended."""
        wanted = page_request(request.query_params)
        found = chosen(request.query_params, flow_filters.FIELDS)
        order = wanted.order_by(flow_filters.SORTS, flow_filters.ORDER)
        rows = flow_filters.matching(self.rows(), found).order_by(*order)
        return Response(paginate(rows, wanted).map(wire.flow).as_json())

    def export_table(self, request: Request, **_: Any) -> StreamingHttpResponse:
        """The flows that the filters find, as CSV."""
        found = chosen(request.query_params, flow_filters.FIELDS)

        def rows() -> Any:
            return flow_filters.matching(self.rows(), found).defer("document")

        return table(self.tenant.id, rows, COLUMNS, _cells, filename="flows.csv")

    @in_tenant
    def namespaces(self, request: Request, **_: Any) -> Response:
        """The namespaces in which there are flows."""
        text = request.query_params.get("q", "")
        rows = self.rows().filter(namespace__icontains=text)
        found = rows.order_by("namespace").values_list("namespace", flat=True).distinct()
        return Response(list(found))

    @in_tenant
    def retrieve(self, request: Request, namespace: str, id: str, **_: Any) -> Response:
        """One flow, or one revision of it, with or without its source."""
        number = bodies.optional_number(request, "revision")
        row = self.row(namespace, id, deleted=bodies.flag(request, "allowDeleted"))
        found = definitions.source(row, number)
        if number is not None and number != row.revision:
            return Response(wire.revision(row, found, bodies.document_of(found.source)))
        source = found.source if bodies.flag(request, "source") else None
        shown = wire.flow(row, source=source)
        if (problem := revisions.unreadable(row, row.revision)) is not None:
            shown["exception"] = problem.message
        return _marked(Response(shown), row)

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
        return _marked(Response(wire.flow(row, source=source)), row)

    @in_tenant
    def update(self, request: Request, namespace: str, id: str, **_: Any) -> Response:
        """Publishes a flow's next revision; with ``If-Match``, only over the revision that it names."""
        source = bodies.source_of(request)
        self.row(namespace, id)
        row = publish.update_flow(
            source,
            address=Address(namespace, id),
            actor=self.actor,
            read=bodies.revisions_read(request),
        )
        return _marked(Response(wire.flow(row, source=source)), row)

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
    def delete_revisions(self, request: Request, namespace: str, id: str, **_: Any) -> Response:
        """Removes old revisions for good; those that executions still run stay, and the current one."""
        numbers = bodies.numbers(request, "revisions")
        row = self.row(namespace, id, deleted=True)
        history.delete_revisions(row, set(numbers), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @in_tenant
    def graph(self, request: Request, namespace: str, id: str, **_: Any) -> Response:
        """The graph of a flow: nodes, edges and clusters."""
        found = definitions.source(
            self.row(namespace, id), bodies.optional_number(request, "revision")
        )
        return Response(flow_graph(bodies.valid_flow(publish.parsed(found.source))))

    @in_tenant
    def dependencies(self, request: Request, namespace: str, id: str, **_: Any) -> Response:
        """The flows that a flow calls or starts, and those that call or start it."""
        row = self.row(namespace, id)
        found = dependencies.around(
            self.rows(),
            (row.namespace, row.flow_id),
            destination_only=bodies.flag(request, "destinationOnly"),
            expand_all=bodies.flag(request, "expandAll"),
        )
        return Response(found.as_json())


class NamespaceTopologyViewSet(TenantViewSet):
    """How the flows of a namespace hang together."""

    actions: ClassVar = {"dependencies": "flow.view"}

    @in_tenant
    def dependencies(self, request: Request, namespace: str, **_: Any) -> Response:
        """The flows of a namespace and below it, with all that they lead to or are led to by."""
        rows = visible(self.actor, "flow.view", definitions.flows())
        only = bodies.flag(request, "destinationOnly")
        return Response(dependencies.inside(rows, namespace, destination_only=only).as_json())


def _cells(row: Flow) -> tuple[object, ...]:
    labels = ",".join(f"{key}:{value}" for key, value in row.labels.items())
    facts = (row.namespace, row.flow_id, row.revision, row.description, labels)
    return (*facts, str(row.disabled).lower(), date(row.created_at), date(row.updated_at))


def _marked(answer: Response, row: Flow) -> Response:
    """The answer with the mark that ``If-Match`` sends back."""
    answer["ETag"] = f'"{row.revision}"'
    return answer
