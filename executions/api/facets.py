"""What surrounds executions: flows and namespaces to start, latest runs, values to filter by."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api.tables import table
from downbeat.common.errors import FieldError, InvalidFields
from downbeat.common.scope import tenant_scope
from executions.api import flow_shapes, requests, shapes
from executions.models import Execution
from executions.selectors import execution_filters, lengths, searching, why
from executions.selectors import executions as selector
from executions.selectors.latest import latest_of
from executions.services.errors import FlowMissing
from flows import facade as flows
from flows.spec.graph import flow_graph
from tenants.access import can
from tenants.http import TenantViewSet

VIEW: Final = "execution.view"
COLUMNS: Final = {
    "namespace": "namespace",
    "flowid": "flow_id",
    "flowrevision": "revision",
    "state": "state",
    "status": "state",
    "triggerid": "trigger_id",
    "kind": "kind",
}
TABLE: Final = (
    "id",
    "namespace",
    "flowId",
    "revision",
    "state",
    "startDate",
    "endDate",
    "duration",
    "labels",
)


class FacetViewSet(TenantViewSet):
    """Routes that read around executions."""

    actions: ClassVar[dict[str, str]] = {
        "flow_of": VIEW,
        "graph_of": VIEW,
        "why_of": VIEW,
        "flow_to_start": VIEW,
        "latest": VIEW,
        "values": VIEW,
        "average_duration": VIEW,
        "namespaces": VIEW,
        "flows_to_start": VIEW,
        "export": VIEW,
    }

    def flow_of(self, request: Request, pk: str, **_address: str) -> Response:
        """The revision that an execution runs, without the tasks' properties."""
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, requests.uuid_of(pk))
            revision = flows.by_uid(self.tenant.id, row.flow_uid, row.revision)
        return Response(flow_shapes.flow_for_execution(revision))

    def graph_of(self, request: Request, pk: str, **_address: str) -> Response:
        """The topology of the revision, each task with the state of its latest run."""
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, requests.uuid_of(pk))
            revision = flows.by_uid(self.tenant.id, row.flow_uid, row.revision)
            runs = [shapes.task_run(row, view) for view in selector.task_runs(row.id)]
        return Response(flow_shapes.with_runs(flow_graph(revision.spec), runs))

    def why_of(self, request: Request, pk: str, **_address: str) -> Response:
        """Why anything of an execution is not running."""
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, requests.uuid_of(pk))
            reasons = why.reasons(row)
        return Response({"reasons": [flow_shapes.reason(item) for item in reasons]})

    def flow_to_start(
        self, request: Request, namespace: str, flow_id: str, **_address: str
    ) -> Response:
        """A flow as whoever starts it needs it."""
        number = requests.number_of(request, "revision")
        with tenant_scope(self.tenant.id):
            found = flows.published(self.tenant.id, namespace, flow_id, number)
            if found is None or not can(self.actor, "flow.view", found.namespace_id):
                raise FlowMissing(namespace=namespace, flow_id=flow_id)
        return Response(flow_shapes.flow_for_execution(found))

    def latest(self, request: Request, **_address: str) -> Response:
        """The latest executions of the flows listed in the body."""
        body: Any = request.data
        if not isinstance(body, list):
            raise InvalidFields([FieldError("send a list of {namespace, id}", code="flows")])
        pairs = [
            (str(item.get("namespace")), str(item.get("flowId") or item.get("id")))
            for item in body
            if isinstance(item, dict)
        ]
        with tenant_scope(self.tenant.id):
            rows = latest_of(self.actor, pairs)
        return Response([_latest(row) for row in rows])

    def values(self, request: Request, **_address: str) -> Response:
        """The distinct values of one field."""
        name = (request.query_params.get("field") or "").replace("_", "").lower()
        if name not in COLUMNS:
            reason = f"use one of {', '.join(sorted(COLUMNS))}"
            raise InvalidFields([FieldError(reason, path="field")])
        chosen = requests.filters_of(request, execution_filters.FIELDS)
        size = min(requests.number_of(request, "size") or 100, 1000)
        column = COLUMNS[name]
        with tenant_scope(self.tenant.id):
            found = searching.distinct(self.actor, chosen, column, most=size)
        return Response(found)

    def average_duration(
        self, request: Request, namespace: str, flow_id: str, **_address: str
    ) -> Response:
        """How long a flow's successful executions of the last thirty days took on average."""
        with tenant_scope(self.tenant.id):
            average, count = lengths.average_of(self.actor, namespace, flow_id)
        return Response({"avgDurationMs": average, "count": count})

    def namespaces(self, request: Request, **_address: str) -> Response:
        """The namespaces in which there is a flow that one may start."""
        with tenant_scope(self.tenant.id):
            return Response(flows.startable_namespaces(self.actor))

    def flows_to_start(self, request: Request, namespace: str, **_address: str) -> Response:
        """The flows of a namespace that one may start."""
        with tenant_scope(self.tenant.id):
            found = flows.startable_in(self.actor, namespace)
        return Response([flow_shapes.flow_for_execution(item) for item in found])

    def export(self, request: Request, **_address: str) -> StreamingHttpResponse:
        """The executions that the filters find, newest first, as CSV."""
        chosen = requests.filters_of(request, execution_filters.FIELDS)

        def rows() -> QuerySet[Execution]:
            return searching.found(self.actor, chosen).order_by("-id")

        return table(self.tenant.id, rows, TABLE, _table_row, filename="executions.csv")


def _latest(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "flowId": row.flow_id,
        "namespace": row.namespace,
        "startDate": clock.wire(row.created_at),
        "status": row.state,
    }


def _table_row(row: Execution) -> tuple[object, ...]:
    end = clock.wire(row.ended_at) if row.ended_at else ""
    length = shapes.duration(row.ended_at - row.created_at) if row.ended_at else ""
    labels = ",".join(f"{item['key']}:{item['value']}" for item in row.labels)
    facts = (row.id, row.namespace, row.flow_id, row.revision, row.state)
    return (*facts, clock.wire(row.created_at), end, length, labels)
