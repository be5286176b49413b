"""Logs: list, download, delete, search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.db.models import Q
from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api import conditions
from downbeat.common.api.conditions import Field
from downbeat.common.api.filters import Clause, Op
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.scope import tenant_scope
from executions.api import requests
from executions.models import Execution, LogLine
from executions.selectors import executions as selector
from executions.selectors import logs as lines
from executions.selectors.logs import LogQuery
from tenants.http import TenantViewSet

Json = dict[str, Any]
# Lines are numbered over the whole instance, in 64 bits.
INDEX_DIGITS: Final = 18
SORTS: Final = {"timestamp": "at", "level": "level", "taskId": "task_id"}


def _level(clause: Clause) -> Q:
    """A level and all above it, or with IN exactly those listed."""
    if clause.op is Op.IN:
        return Q(level__in=[value.upper() for value in clause.values])
    wanted = Q(level__in=lines.levels_from(clause.value))
    return ~wanted if clause.op is Op.NOT_EQUALS else wanted


def _text(clause: Clause) -> Q:
    return Q(message__icontains=clause.value) | Q(task_id__icontains=clause.value)


FIELDS: Final[Mapping[str, Field]] = {
    "q": Field(frozenset({Op.EQUALS}), _text),
    "level": Field(
        frozenset({Op.EQUALS, Op.NOT_EQUALS, Op.IN, Op.GREATER_THAN_OR_EQUAL_TO}), _level
    ),
    "executionId": conditions.identity("execution_id"),
    "taskId": conditions.text("task_id"),
    "taskRunId": conditions.identity("task_run_id"),
    "attemptNumber": conditions.number("attempt_number"),
    "startDate": conditions.moment("at"),
    "endDate": conditions.moment("at"),
    "timeRange": conditions.since("at"),
}


def _of_execution(field: Field) -> Field:
    """A field of the line's execution: it stands on another table."""

    def condition(clause: Clause) -> Q:
        found = selector.all_executions().filter(field.condition(clause))
        return Q(execution_id__in=found.values("id"))

    return Field(field.ops, condition)


SEARCHED: Final[Mapping[str, Field]] = {
    **FIELDS,
    "namespace": _of_execution(conditions.text("namespace")),
    "flowId": _of_execution(conditions.text("flow_id")),
    "triggerId": _of_execution(conditions.text("trigger_id")),
}


class LogViewSet(TenantViewSet):
    """Routes about log lines."""

    actions: ClassVar[dict[str, str]] = {
        "list": "log.view",
        "download": "log.view",
        "destroy": "log.delete",
        "search": "log.view",
        "destroy_of_flow": "log.delete",
    }

    def list(self, request: Request, pk: str, **_address: str) -> Response:
        """Lines of an execution; ``after`` takes up where a former answer ended.

        ``before`` and ``fromEnd`` read the other way, ``size`` says how many: a long log is read where it
        is looked at.
        """
        query = query_of(request)
        with tenant_scope(self.tenant.id):
            row = selector.find_owner(self.actor, requests.uuid_of(pk), "log.view")
            found = lines.read(row.id, query)
        return Response([line(row, item) for item in found])

    def download(self, request: Request, pk: str, **_address: str) -> StreamingHttpResponse:
        """The log as plain text."""
        query = query_of(request)
        tenant_id = self.tenant.id
        with tenant_scope(tenant_id):
            row = selector.find_owner(self.actor, requests.uuid_of(pk), "log.view")

        def stream() -> Any:
            # The scope of the request is over when this runs; each batch opens its own.
            after: int | None = None
            while True:
                with tenant_scope(tenant_id):
                    wanted = LogQuery(
                        query.min_level, query.task_run_id, query.task_id, query.attempt, after
                    )
                    batch = list(lines.of_execution(row.id, wanted)[:5_000])
                if not batch:
                    return
                after = batch[-1].idx
                yield "".join(plain(item) for item in batch).encode()

        answer = StreamingHttpResponse(stream(), content_type="text/plain; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="downbeat-execution-{row.id}.log"'
        return answer

    def destroy(self, request: Request, pk: str, **_address: str) -> Response:
        """Deletes lines of an execution."""
        query = query_of(request)
        with tenant_scope(self.tenant.id):
            row = selector.find_owner(self.actor, requests.uuid_of(pk), "log.delete")
            lines.of_execution(row.id, query).delete()
        return Response(status=204)

    def destroy_of_flow(
        self, request: Request, namespace: str, flow_id: str, **_address: str
    ) -> Response:
        """Deletes the lines of all executions of a flow."""
        trigger = request.query_params.get("triggerId")
        with tenant_scope(self.tenant.id):
            rows = selector.owners_of_records(self.actor, "log.delete")
            rows = rows.filter(namespace=namespace, flow_id=flow_id)
            rows = rows.filter(trigger_id=trigger) if trigger else rows
            LogLine.objects.filter(execution_id__in=rows.values("id")).delete()
        return Response(status=204)

    def search(self, request: Request, **_address: str) -> Response:
        """A page of lines of all executions that one may see."""
        asked = page_request(request.query_params)
        chosen = requests.filters_of(request, SEARCHED)
        with tenant_scope(self.tenant.id):
            owners = selector.owners_of_records(self.actor, "log.view")
            rows = LogLine.objects.filter(execution_id__in=owners.values("id"))
            rows = rows.filter(conditions.condition(chosen, SEARCHED))
            page = paginate(rows.order_by(*asked.order_by(SORTS, ("-idx",))), asked)
            known = {
                row.id: row
                for row in owners.filter(id__in={item.execution_id for item in page.results})
            }
        shown = page.map(lambda item: line(known[item.execution_id], item)).as_json()
        return Response({**shown, "type": "OFFSET" if asked.after is None else "CURSOR"})


def query_of(request: Request) -> LogQuery:
    """The lines that a request asks for."""
    run = request.query_params.get("taskRunId")
    return LogQuery(
        min_level=request.query_params.get("minLevel") or "TRACE",
        task_run_id=conditions.uuid_or_nil(run) if run else None,
        task_id=request.query_params.get("taskId") or None,
        attempt=requests.number_of(request, "attempt"),
        after=requests.number_of(request, "after", digits=INDEX_DIGITS),
        before=requests.number_of(request, "before", digits=INDEX_DIGITS),
        from_end=requests.flag_of(request, "fromEnd"),
        size=_size(request),
    )


def _size(request: Request) -> int:
    asked = requests.number_of(request, "size")
    return lines.MOST if asked is None else max(1, min(asked, lines.MOST))


def line(owner: Execution, row: LogLine) -> Json:
    """A log line as JSON."""
    shown: Json = {
        "namespace": owner.namespace,
        "flowId": owner.flow_id,
        "executionId": str(owner.id),
        "timestamp": clock.wire(row.at),
        "level": row.level,
        "message": row.message,
        "index": row.idx,
    }
    if row.task_id is not None:
        shown["taskId"] = row.task_id
    if row.task_run_id is not None:
        shown["taskRunId"] = str(row.task_run_id)
        shown["attemptNumber"] = max(0, row.attempt_number - 1)
    if owner.trigger_id is not None:
        shown["triggerId"] = owner.trigger_id
    return shown


def plain(row: LogLine) -> str:
    """A log line as text."""
    return f"{clock.wire(row.at)} {row.level} {row.task_id or '-'} {row.message}\n"
