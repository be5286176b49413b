"""Tenant access: the people and service accounts of a tenant, and who is let in."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.conditions import Field, chosen, condition, identity, text
from downbeat.common.api.filters import Op
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.scope import tenant_scope
from tenants import vocabulary
from tenants.api import wire
from tenants.api.bodies import AutocompleteBody, EmailBody
from tenants.http import TenantViewSet
from tenants.models import Binding, User
from tenants.selectors.explorer import everything_of
from tenants.selectors.rights import memberships_of
from tenants.services.entries import inside, let_in, let_in_by_email, shut_out

MOST_SUGGESTIONS = 100
FIELDS = {
    "q": Field(frozenset({Op.EQUALS, Op.CONTAINS}), lambda clause: _named(clause.value)),
    "id": identity("id"),
    "username": text("email"),
    "email": text("email"),
}


class TenantAccessViewSet(TenantViewSet):
    """Who belongs to a tenant."""

    actions = {
        "list": "user.view",
        "retrieve": "user.view",
        "autocomplete": "user.view",
        "create": "user.edit",
        "update": "user.edit",
        "destroy": "user.edit",
    }

    def list(self, request: Request, tenant: str) -> Response:
        """A page of them, with their groups."""
        wanted = page_request(request.query_params)
        order = wanted.order_by({"username": "email", "id": "id"}, ["email", "id"])
        with tenant_scope(self.tenant.id):
            rows = self._rows().filter(condition(chosen(request.query_params, FIELDS), FIELDS))
            page = paginate(rows.order_by(*order), wanted)
            groups = memberships_of(row.id for row in page.results)
        shown = page.map(lambda row: wire.entrant(row, groups[row.id]))
        return Response(shown.as_json())

    def retrieve(self, request: Request, tenant: str, user_id: UUID) -> Response:
        """One, with every role that they have and where it comes from."""
        with tenant_scope(self.tenant.id):
            user = inside(user_id)
            groups = memberships_of([user.id])[user.id]
            roles = [_assignment(row) for row in everything_of(user.id)]
        shown = wire.entrant(user, groups)
        return Response(
            {
                **shown,
                "tenantId": self.tenant.slug,
                "userId": user.id,
                "roles": roles,
                "superAdmin": user.super_admin,
            }
        )

    def autocomplete(self, request: Request, tenant: str) -> Response:
        """Those of this tenant whose name or address contains a text; nobody else's."""
        body = read_body(request.data, AutocompleteBody)
        with tenant_scope(self.tenant.id):
            rows = self._rows().filter(_named(body.q or "")).order_by("email", "id")
            found = list(rows[:MOST_SUGGESTIONS])
            groups = memberships_of(row.id for row in found)
        return Response([wire.entrant(row, groups[row.id]) for row in found])

    def create(self, request: Request, tenant: str) -> Response:
        """Lets somebody in by their address."""
        let_in_by_email(self.actor, read_body(request.data, EmailBody).email)
        return Response(status=204)

    def update(self, request: Request, tenant: str, user_id: UUID) -> Response:
        """Lets somebody in; whoever is inside stays inside."""
        let_in(self.actor, user_id)
        return Response(status=201)

    def destroy(self, request: Request, tenant: str, user_id: UUID) -> Response:
        """Takes somebody out with everything that they hold here."""
        shut_out(self.actor, user_id)
        return Response(status=204)

    def _rows(self) -> QuerySet[User]:
        return User.objects.filter(accesses__tenant_id=self.tenant.id)


def _named(part: str) -> Q:
    return (
        Q(email__icontains=part)
        | Q(name__icontains=part)
        | Q(first_name__icontains=part)
        | Q(last_name__icontains=part)
    )


def _assignment(row: Binding) -> wire.Json:
    shown = vocabulary.show(row.role.permissions)
    return {
        "id": row.role.id,
        "name": row.role.name,
        "namespace": row.namespace.path or None,
        "origin": "GROUP" if row.group_id else "BINDING",
        "sourceId": row.group_id or row.id,
        "permissions": [{"resource": name, "actions": each} for name, each in shown.items()],
    }
