"""Connections over HTTP: written, named, shown without what is secret in them."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, ClassVar, Final

from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import Body, read_body
from downbeat.common.api.filters import EQUALITY, Clause, Op, parse
from downbeat.common.api.pagination import PageRequest, page_request, paginate_list
from flows.api.scope import in_tenant
from flows.selectors.connections import brief, whole
from flows.services import connections
from flows.services.connections import Written
from tenants import facade as tenants
from tenants.contracts import ConnectionRef
from tenants.http import TenantViewSet

FIELDS: Final = {"q": frozenset({Op.EQUALS, Op.CONTAINS}), "name": EQUALITY, "type": EQUALITY}
SORTS: Final = {
    "name": "name",
    "type": "type",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
}


class ConnectionBody(Body):
    """A connection as it is written; a value that is null goes."""

    name: str = ""
    type: str | None = None
    description: str | None = Field(default=None, max_length=10_000, pattern=r"^[^\x00]*$")
    values: dict[str, Any] = Field(default_factory=dict, repr=False)


class ConnectionViewSet(TenantViewSet):
    """The connections of a namespace."""

    actions: ClassVar = {
        "list": "connection.view",
        "create": "connection.edit",
        "inherited": "connection.view",
        "retrieve": "connection.view",
        "update": "connection.edit",
        "destroy": "connection.delete",
    }

    @in_tenant
    def list(self, request: Request, namespace: str, **_: Any) -> Response:
        """A page of them, without their values."""
        wanted = page_request(request.query_params)
        found = _narrowed(tenants.connections(self.actor, namespace), request)
        page = paginate_list(_sorted(found, wanted), wanted)
        return Response(page.map(brief).as_json())

    @in_tenant
    def create(self, request: Request, namespace: str, **_: Any) -> Response:
        """Makes one."""
        body = read_body(request.data, ConnectionBody)
        return Response(whole(connections.create(self.actor, namespace, _written(body, body.name))))

    @in_tenant
    def inherited(self, request: Request, namespace: str, **_: Any) -> Response:
        """What flows of the namespace can use besides its own, the nearest namespace first."""
        found = tenants.inherited_connections(self.actor, namespace)
        levels = [
            {"namespace": path, "credentials": [brief(one) for one in level]}
            for path, level in found.items()
        ]
        return Response({"levels": levels})

    @in_tenant
    def retrieve(self, request: Request, namespace: str, name: str, **_: Any) -> Response:
        """One, with the values that may be seen."""
        return Response(whole(tenants.connection(self.actor, namespace, name)))

    @in_tenant
    def update(self, request: Request, namespace: str, name: str, **_: Any) -> Response:
        """Replaces what may be seen; secret values that are not sent stay."""
        body = read_body(request.data, ConnectionBody)
        return Response(whole(connections.update(self.actor, namespace, _written(body, name))))

    @in_tenant
    def destroy(self, request: Request, namespace: str, name: str, **_: Any) -> Response:
        """Forgets one."""
        tenants.delete_connection(self.actor, namespace, name)
        return Response(status=204)


def _written(body: ConnectionBody, name: str) -> Written:
    return Written(name=name, type=body.type, values=body.values, description=body.description)


def _narrowed(rows: Sequence[ConnectionRef], request: Request) -> Sequence[ConnectionRef]:
    clauses = list(parse(request.query_params, FIELDS).clauses())
    return [row for row in rows if all(_fits(row, clause) for clause in clauses)]


def _fits(row: ConnectionRef, clause: Clause) -> bool:
    if clause.field == "q":
        return clause.value.lower() in row.name.lower()
    among = getattr(row, clause.field) in clause.values
    return among if clause.op in {Op.EQUALS, Op.IN} else not among


def _sorted(rows: Sequence[ConnectionRef], wanted: PageRequest) -> Sequence[ConnectionRef]:
    for key in reversed(wanted.order_by(SORTS, ["name"])):
        rows = sorted(rows, key=attrgetter(key.lstrip("-")), reverse=key.startswith("-"))
    return rows
