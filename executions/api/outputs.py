"""Outputs and metrics of executions."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api.conditions import uuid_or_nil
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.scope import tenant_scope
from executions.api import requests
from executions.models import Metric, Output, TaskRun
from executions.runtime.outputs import value_of
from executions.selectors import executions as selector
from executions.selectors import metrics as numbers
from executions.services.errors import ExecutionMissing
from tenants.http import TenantViewSet

SORTS: Final = {"timestamp": "at", "name": "name", "value": "value", "taskId": "task_id"}


class OutputViewSet(TenantViewSet):
    """Routes about outputs."""

    actions: ClassVar[dict[str, str]] = {
        "of_execution": "output.view",
        "of_tasks": "output.view",
        "of_task_run": "output.view",
    }

    def of_execution(self, request: Request, pk: str, **_address: str) -> Response:
        """The flow's outputs; an empty map while, or if, there are none."""
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, requests.uuid_of(pk), "output.view")
        return Response(row.outputs or {})

    def of_tasks(self, request: Request, pk: str, **_address: str) -> Response:
        """Which task runs left outputs."""
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, requests.uuid_of(pk), "output.view")
            found = list(Output.objects.filter(execution_id=row.id).defer("value"))
            runs = {
                run.id: run
                for run in TaskRun.objects.filter(execution_id=row.id).only(
                    "tenant_id", "execution_id", "id", "value", "iteration"
                )
            }
        return Response([_information(item, runs.get(item.task_run_id)) for item in found])

    def of_task_run(self, request: Request, pk: str, run: str, **_address: str) -> Response:
        """The outputs of one task run."""
        with tenant_scope(self.tenant.id):
            row = selector.find(self.actor, requests.uuid_of(pk), "output.view")
            found = Output.objects.filter(execution_id=row.id, task_run_id=uuid_or_nil(run)).first()
            if found is None:
                raise ExecutionMissing
            value = value_of(self.tenant.id, found.value, found.uri)
        return Response(value)


class MetricViewSet(TenantViewSet):
    """Routes about metrics."""

    actions: ClassVar[dict[str, str]] = {
        "of_execution": "metric.view",
        "names_of_flow": "metric.view",
        "names_of_task": "metric.view",
        "tasks": "metric.view",
        "of_flow": "metric.view",
        "of_task": "metric.view",
    }

    def of_execution(self, request: Request, pk: str, **_address: str) -> Response:
        """A page of an execution's numbers."""
        asked = page_request(request.query_params)
        run, task = (request.query_params.get(name) for name in ("taskRunId", "taskId"))
        with tenant_scope(self.tenant.id):
            owner = selector.find(self.actor, requests.uuid_of(pk), "metric.view")
            rows = Metric.objects.filter(execution_id=owner.id)
            rows = rows.filter(task_run_id=uuid_or_nil(run)) if run else rows
            rows = rows.filter(task_id=task) if task else rows
            page = paginate(rows.order_by(*asked.order_by(SORTS, ("idx",))), asked)
        place = {"namespace": owner.namespace, "flowId": owner.flow_id}
        return Response(page.map(lambda item: {**place, **_metric(item)}).as_json())

    def names_of_flow(
        self, request: Request, namespace: str, flow_id: str, **_address: str
    ) -> Response:
        """The names of the numbers that a flow has measured."""
        with tenant_scope(self.tenant.id):
            return Response(numbers.names(self.actor, namespace, flow_id))

    def names_of_task(
        self, request: Request, namespace: str, flow_id: str, task_id: str, **_address: str
    ) -> Response:
        """The names of the numbers that one task has measured."""
        with tenant_scope(self.tenant.id):
            return Response(numbers.names(self.actor, namespace, flow_id, task_id))

    def tasks(self, request: Request, namespace: str, flow_id: str, **_address: str) -> Response:
        """The tasks of a flow that have measured something."""
        with tenant_scope(self.tenant.id):
            return Response(numbers.tasks(self.actor, namespace, flow_id))

    def of_flow(
        self, request: Request, namespace: str, flow_id: str, metric: str, **_address: str
    ) -> Response:
        """A flow's number over time."""
        return self._over_time(request, numbers.Series(namespace, flow_id, metric))

    def of_task(
        self,
        request: Request,
        namespace: str,
        flow_id: str,
        task_id: str,
        metric: str,
        **_address: str,
    ) -> Response:
        """A task's number over time."""
        return self._over_time(request, numbers.Series(namespace, flow_id, metric, task_id))

    def _over_time(self, request: Request, series: numbers.Series) -> Response:
        span = numbers.span_of(
            requests.moment_of(request, "startDate"),
            requests.moment_of(request, "endDate"),
            clock.now(),
        )
        how = (request.query_params.get("aggregation") or "sum").lower()
        with tenant_scope(self.tenant.id):
            group, points = numbers.over_time(self.actor, series, span, how)
        shown = [
            {"name": series.metric, "value": value, "date": clock.wire(at)} for at, value in points
        ]
        return Response({"groupBy": group, "aggregations": shown})


def _information(row: Output, run: TaskRun | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "taskId": row.task_id,
        "taskRunId": str(row.task_run_id),
        "inline": row.uri is None,
    }
    if run is not None and run.value is not None:
        shown["value"] = run.value
    if run is not None and run.iteration is not None:
        shown["iteration"] = run.iteration
    return shown


def _metric(row: Metric) -> dict[str, Any]:
    return {
        "executionId": str(row.execution_id),
        "taskRunId": str(row.task_run_id),
        "taskId": row.task_id,
        "type": row.kind,
        "name": row.name,
        "value": row.value,
        "tags": {key: str(value) for key, value in row.tags.items()},
        "timestamp": clock.wire(row.at),
    }
