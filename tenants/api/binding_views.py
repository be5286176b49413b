"""Who has which role where."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_bodies, read_body
from downbeat.common.api.filters import EQUALITY, Op, parse
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from tenants.access import visible
from tenants.api import wire
from tenants.api.bodies import BindingBody
from tenants.http import TenantViewSet
from tenants.models import Binding
from tenants.services.bindings import NewBinding, create_binding, delete_binding

FIELDS: dict[str, frozenset[Op]] = {
    "namespace": EQUALITY,
    "type": EQUALITY,
    "external_id": EQUALITY,
    "userId": EQUALITY,
    "q": frozenset({Op.EQUALS, Op.CONTAINS}),
}
RELATED = ("role", "namespace", "user", "group")


class BindingViewSet(TenantViewSet):
    """Bindings."""

    actions = {
        "create": "binding.edit",
        "bulk": "binding.edit",
        "search": "binding.view",
        "retrieve": "binding.view",
        "destroy": "binding.edit",
    }
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Binding]:
        """Bindings with what they name."""
        return Binding.objects.select_related(*RELATED)

    def create(self, request: Request, tenant: str) -> Response:
        """Gives a role."""
        return Response(self._create(read_body(request.data, BindingBody)))

    def bulk(self, request: Request, tenant: str) -> Response:
        """Gives several, all or none."""
        with tenant_scope(self.tenant.id):
            made = [self._create(body) for body in read_bodies(request.data, BindingBody)]
        return Response(made)

    def search(self, request: Request, tenant: str) -> Response:
        """A page of those on namespaces whose bindings one may see."""
        wanted = page_request(request.query_params)
        with tenant_scope(self.tenant.id):
            rows = visible(self.actor, "binding.view", self.get_queryset())
            rows = _narrowed(rows, request).order_by("created_at", "id")
            page = paginate(rows, wanted).map(wire.binding)
        return Response(page.as_json())

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One."""
        return Response(wire.binding(self.get_object()))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Takes a role away."""
        self.get_object()
        delete_binding(self.actor, id)
        return Response(status=204)

    def _create(self, body: BindingBody) -> wire.Json:
        new = NewBinding(body.type, body.external_id, body.role_id, body.namespace_id)
        made = create_binding(self.actor, new)
        with tenant_scope(self.tenant.id):
            return wire.binding(self.get_queryset().get(id=made.id))


def _narrowed(rows: QuerySet[Binding], request: Request) -> QuerySet[Binding]:
    query = request.query_params
    given = [(clause.field, clause.values) for clause in parse(query, FIELDS).clauses()]
    given += [(name, (query[name],)) for name in ("namespace", "type", "id") if query.get(name)]
    for field, values in given:
        if field == "namespace":
            rows = rows.filter(namespace__path__in=values)
        elif field == "type":
            rows = rows.filter(user__isnull=values[0] != "USER")
        elif field in {"external_id", "userId", "id"}:
            ids = [_uuid(value) for value in values]
            rows = rows.filter(user_id__in=ids) | rows.filter(group_id__in=ids)
    return rows


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound() from None
