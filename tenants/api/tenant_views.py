"""Tenants: made and listed by admins of the instance, seen by those who belong to them."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import read_body
from downbeat.common.api.filters import EQUALITY, TEXT, Op, parse
from downbeat.common.api.pagination import page_request, paginate
from downbeat.common.errors import Denied, NotFound
from downbeat.common.scope import tenant_entered
from tenants.access import can
from tenants.actors import Actor, some_id
from tenants.api import wire
from tenants.api.bodies import TenantBody
from tenants.http import InstanceAPIView
from tenants.models import Tenant
from tenants.selectors.tenants import reference
from tenants.services.tenants import create_tenant, delete_tenant, rename_tenant

FIELDS: dict[str, frozenset[Op]] = {"q": TEXT, "id": EQUALITY, "name": TEXT}


class TenantsView(InstanceAPIView):
    """New tenants."""

    def post(self, request: Request) -> Response:
        """Makes one; whoever does becomes its Admin."""
        body = read_body(request.data, TenantBody)
        return Response(wire.tenant(create_tenant(body.id, body.name, admin_id=self.actor.id)))


class TenantSearchView(InstanceAPIView):
    """Tenants that one may know of."""

    instance_admin = False

    def get(self, request: Request) -> Response:
        """A page of them."""
        wanted = page_request(request.query_params)
        order = wanted.order_by({"id": "slug", "name": "name"}, ["slug"])
        rows = _known_to(self.actor)
        for clause in parse(request.query_params, FIELDS).clauses():
            if clause.field == "q":
                rows = rows.filter(
                    Q(slug__icontains=clause.value) | Q(name__icontains=clause.value)
                )
            elif clause.field == "id":
                rows = rows.filter(slug__in=clause.values)
            else:
                rows = rows.filter(name__icontains=clause.value)
        return Response(paginate(rows.order_by(*order), wanted).map(wire.tenant).as_json())


class TenantView(InstanceAPIView):
    """One tenant."""

    instance_admin = False

    def get(self, request: Request, slug: str) -> Response:
        """What it is called."""
        return Response(wire.tenant(self._tenant(slug)))

    def put(self, request: Request, slug: str) -> Response:
        """Calls it something else."""
        row = self._tenant(slug)
        self._require("tenant.edit", row)
        body = read_body(request.data, TenantBody)
        return Response(wire.tenant(rename_tenant(reference(row), body.name)))

    def delete(self, request: Request, slug: str) -> Response:
        """Takes it away with everything in it."""
        self._require("tenant.delete", self._tenant(slug))
        delete_tenant(slug)
        return Response(status=204)

    def _tenant(self, slug: str) -> Tenant:
        row = _known_to(self.actor).filter(slug=slug).first()
        if row is None:
            raise NotFound("tenant")
        return row

    def _require(self, permission: str, row: Tenant) -> None:
        if self.actor.instance_admin:
            return
        with tenant_entered(row.id):
            if not can(self.actor, permission):
                raise Denied(permission=permission)


def _known_to(actor: Actor) -> QuerySet[Tenant]:
    if actor.instance_admin or actor.is_system:
        return Tenant.objects.all()
    return Tenant.objects.filter(accesses__user_id=some_id(actor))
