"""What surrounds executions: flows and namespaces to start, latest runs, values to filter by."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any, ClassVar, Final

from django.db.models import Avg, DurationField, ExpressionWrapper, F
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.errors import FieldError, InvalidFields
from downbeat.common.scope import tenant_scope
from executions.api import flow_shapes, requests, shapes
from executions.selectors import execution_filters, why
from executions.selectors import executions as selector
from executions.selectors.latest import latest_of
from executions.services.errors import FlowMissing
from flows import facade as flows
from flows.spec.graph import flow_graph
from tenants.access import can
from tenants.http import TenantViewSet

VIEW: Final = "execution.view"
MOST_EXPORTED: Final = 10_000
COLUMNS: Final = {"namespace": "namespace", "flowid": "flow_id", "state": "state", "kind": "kind"}


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
            rows = selector.seen_by(self.actor).filter(execution_filters.condition(chosen))
            rows = rows.exclude(**{f"{column}__isnull": True}).order_by(column)
            found = list(rows.values_list(column, flat=True).distinct()[:size])
        return Response(found)

    def average_duration(
        self, request: Request, namespace: str, flow_id: str, **_address: str
    ) -> Response:
        """How long a flow's executions of the last thirty days took on average."""
        since = clock.now() - timedelta(days=30)
        length = ExpressionWrapper(F("ended_at") - F("created_at"), output_field=DurationField())
        with tenant_scope(self.tenant.id):
            rows = selector.seen_by(self.actor).filter(
                namespace=namespace, flow_id=flow_id, state="SUCCESS", created_at__gte=since
            )
            average: timedelta | None = rows.aggregate(average=Avg(length))["average"]
        return Response(None if average is None else shapes.duration(average))

    def export(self, request: Request, **_address: str) -> HttpResponse:
        """The executions that the filters find, as a table."""
        chosen = requests.filters_of(request, execution_filters.FIELDS)
        written = io.StringIO()
        table = csv.writer(written)
        table.writerow(["id", "namespace", "flowId", "revision", "state", "startDate", "endDate"])
        with tenant_scope(self.tenant.id):
            rows = selector.seen_by(self.actor).filter(execution_filters.condition(chosen))
            for row in rows.order_by("-id")[:MOST_EXPORTED]:
                table.writerow(_table_row(row))
        answer = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="executions.csv"'
        return answer


def _latest(row: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "flowId": row.flow_id,
        "namespace": row.namespace,
        "startDate": clock.wire(row.created_at),
        "status": row.state,
    }


def _table_row(row: Any) -> list[str]:
    end = clock.wire(row.ended_at) if row.ended_at else ""
    facts = (row.id, row.namespace, row.flow_id, row.revision, row.state)
    return [*map(str, facts), clock.wire(row.created_at), end]
