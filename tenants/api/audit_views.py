"""The audit trail over HTTP: of a tenant, and of the instance."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import orjson
from django.http.response import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import FieldError, InvalidFields, NotFound
from downbeat.common.scope import tenant_scope
from tenants.access import require
from tenants.actors import Actor
from tenants.api import audit_wire as wire
from tenants.api.bodies import AuditFindBody
from tenants.audit_words import Change, Type
from tenants.http import InstanceAPIView, TenantViewSet
from tenants.models import AuditEntry
from tenants.selectors import audit as selectors
from tenants.services import audit, audit_chain

FORMATS = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
MOST_HISTORY = 200


class AuditViewSet(TenantViewSet):
    """The trail of a tenant, for those who hold `audit.view` in all of it."""

    actions = {
        "search": "audit.view",
        "find": "audit.view",
        "history": "audit.view",
        "diff": "audit.view",
        "export": "audit.view",
        "chain": "audit.view",
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """The trail tells of every namespace, so a right on one of them is not enough."""
        super().initial(request, *args, **kwargs)
        require(self.actor, "audit.view")

    def search(self, request: Request, tenant: str) -> Response:
        """A page, the newest first."""
        return _searched(self.tenant.id, request)

    def find(self, request: Request, tenant: str) -> Response:
        """The newest entry of an object."""
        body = read_body(request.data, AuditFindBody)
        with tenant_scope(self.tenant.id):
            rows = selectors.history(str(body.detail.get("id", "")))
            if body.resource:
                rows = rows.filter(resource=body.resource.upper())
            if body.type:
                rows = rows.filter(type__in=[kind.upper() for kind in body.type])
            found = rows.select_related("link").first()
        if found is None:
            raise NotFound("entry")
        return Response(wire.item(found))

    def history(self, request: Request, tenant: str, detail_id: str) -> Response:
        """What happened to an object, the newest first."""
        with tenant_scope(self.tenant.id):
            rows = list(selectors.history(detail_id)[:MOST_HISTORY])
        return Response([wire.option(row) for row in rows])

    def diff(self, request: Request, tenant: str, id: UUID) -> Response:
        """An object before and after."""
        return _compared(self.tenant.id, request, id)

    def export(self, request: Request, tenant: str) -> StreamingHttpResponse:
        """Every entry that the filters let through, the oldest first; the export is an entry too."""
        return _exported(self.tenant.id, self.actor, request)

    def chain(self, request: Request, tenant: str) -> Response:
        """Whether the trail is as it was written; `expected` is a head that was shown before.

        Reads the whole trail: one query for each 2,000 entries.
        """
        return _verified(self.tenant.id, request)


class InstanceAuditView(InstanceAPIView):
    """The trail of the instance: log-ins, people, tenants made and deleted."""

    def get(self, request: Request) -> Response:
        """A page, the newest first."""
        return _searched(audit.INSTANCE, request)


class InstanceAuditDiffView(InstanceAPIView):
    """One entry of the instance."""

    def get(self, request: Request, id: UUID) -> Response:
        """An object before and after."""
        return _compared(audit.INSTANCE, request, id)


class InstanceAuditExportView(InstanceAPIView):
    """The trail of the instance as a file."""

    def get(self, request: Request) -> StreamingHttpResponse:
        """Every entry that the filters let through, the oldest first."""
        return _exported(audit.INSTANCE, self.actor, request)


class InstanceAuditChainView(InstanceAPIView):
    """Whether the trail of the instance is as it was written."""

    def get(self, request: Request) -> Response:
        """Reads all of it; `expected` is a head that was shown before."""
        return _verified(audit.INSTANCE, request)


def _verified(tenant_id: UUID, request: Request) -> Response:
    text = request.query_params.get("expected", "")
    try:
        expected = audit_chain.Head.read(text.strip()) if text else None
    except ValueError as error:
        raise InvalidFields([FieldError(str(error), path="expected")]) from None
    return Response(wire.verdict(audit_chain.verify(tenant_id, expected=expected)))


def _searched(tenant_id: UUID, request: Request) -> Response:
    wanted = page_request(request.query_params)
    order = wanted.order_by(selectors.ORDER, ["-at", "-id"])
    with tenant_scope(tenant_id):
        rows = selectors.entries(request.query_params).order_by(*order)
        page = paginate(rows, wanted).map(wire.item)
    return Response(page.as_json())


def _compared(tenant_id: UUID, request: Request, id: UUID) -> Response:
    with tenant_scope(tenant_id):
        found = _found(id)
        other = request.query_params.get("previousId")
        before = wire.state(_found(_uuid(other)), "after") if other else wire.state(found, "before")
    return Response({"before": before, "after": wire.state(found, "after")})


def _exported(tenant_id: UUID, actor: Actor, request: Request) -> StreamingHttpResponse:
    form = request.query_params.get("format", "csv").lower()
    if form not in FORMATS:
        raise InvalidFields([FieldError("use csv or jsonl", path="format")])
    with tenant_scope(tenant_id):
        selectors.entries(request.query_params)
        detail = {"format": form, "filters": request.META.get("QUERY_STRING", "")}
        audit.record(actor, Change(Type.EXPORT, "audit.exported", "AUDITLOG", detail=detail))
    content = _lines(tenant_id, request, _as_csv if form == "csv" else _as_json)
    response = StreamingHttpResponse(content, content_type=FORMATS[form])
    response["Content-Disposition"] = f'attachment; filename="auditlogs.{form}"'
    return response


def _lines(
    tenant_id: UUID, request: Request, shown: Callable[[list[AuditEntry], bool], str]
) -> Iterator[str]:
    """The file, a batch at a time: each is read in a scope of its own, for sending may take long."""
    first, last = True, None
    while True:
        with tenant_scope(tenant_id):
            rows = selectors.following(selectors.entries(request.query_params), last)
        yield shown(rows, first)
        if len(rows) < selectors.BATCH:
            return
        first, last = False, rows[-1]


def _as_csv(rows: list[AuditEntry], first: bool) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    if first:
        writer.writerow(wire.COLUMNS)
    writer.writerows(wire.cells(row) for row in rows)
    return out.getvalue()


def _as_json(rows: list[AuditEntry], first: bool) -> str:
    return "".join(orjson.dumps(wire.log(row)).decode() + "\n" for row in rows)


def _found(id: UUID) -> AuditEntry:
    row = selectors.entry(id)
    if row is None:
        raise NotFound("entry")
    return row


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("entry") from None
