"""Roles of a tenant: the built-in ones and its own."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from tenants import vocabulary
from tenants.api import wire
from tenants.api.bodies import AutocompleteBody, IdsBody, RoleBody
from tenants.api.named import narrowed, suggested
from tenants.http import TenantViewSet
from tenants.models import Role
from tenants.services.roles import RoleFacts, create_role, delete_role, update_role


class RoleViewSet(TenantViewSet):
    """Roles."""

    actions = {
        "create": "role.edit",
        "update": "role.edit",
        "destroy": "role.edit",
        "search": "role.view",
        "retrieve": "role.view",
        "by_ids": "role.view",
        "autocomplete": "role.view",
    }

    def create(self, request: Request, tenant: str) -> Response:
        """A new one."""
        made = create_role(self.actor, _facts(request))
        return Response(wire.role(made))

    def update(self, request: Request, tenant: str, id: UUID) -> Response:
        """Changes one, for everybody who has it."""
        return Response(wire.role(update_role(self.actor, id, _facts(request))))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Takes one away that nobody has."""
        delete_role(self.actor, id)
        return Response(status=204)

    def search(self, request: Request, tenant: str) -> Response:
        """A page of them."""
        wanted = page_request(request.query_params)
        order = wanted.order_by({"id": "id", "name": "name"}, ["name"])
        with tenant_scope(self.tenant.id):
            rows = narrowed(Role.objects.all(), request.query_params)
            page = paginate(rows.order_by(*order), wanted).map(wire.role)
        return Response(page.as_json())

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One."""
        with tenant_scope(self.tenant.id):
            row = Role.objects.filter(id=id).first()
        if row is None:
            raise NotFound("role")
        return Response(wire.role(row))

    def by_ids(self, request: Request, tenant: str) -> Response:
        """Those of the ids that exist."""
        ids = read_body(request.data, IdsBody).ids
        with tenant_scope(self.tenant.id):
            rows = list(Role.objects.filter(id__in=ids).order_by("name"))
        return Response([wire.role(row) for row in rows])

    def autocomplete(self, request: Request, tenant: str) -> Response:
        """Those whose name contains a text, and those that were asked for by id."""
        body = read_body(request.data, AutocompleteBody)
        with tenant_scope(self.tenant.id):
            rows = suggested(Role.objects.all(), body)
        return Response([wire.role_brief(row) for row in rows])


def _facts(request: Request) -> RoleFacts:
    body = read_body(request.data, RoleBody)
    return RoleFacts(
        name=body.name,
        permissions=vocabulary.read(body.permissions),
        description=body.description or "",
        is_default=body.is_default,
    )
