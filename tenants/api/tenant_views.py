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
from tenants.api.bodies import TenantBody, TenantFactsBody
from tenants.http import InstanceAPIView
from tenants.models import Tenant
from tenants.selectors.standing import refuse_resting
from tenants.selectors.tenants import reference
from tenants.services.logos import logo_digest
from tenants.services.removal import delete_tenant
from tenants.services.tenant_settings import TenantFacts, update_tenant
from tenants.services.tenants import create_tenant

FIELDS: dict[str, frozenset[Op]] = {"q": TEXT, "id": EQUALITY, "name": TEXT}


class TenantsView(InstanceAPIView):
    """New tenants."""

    def post(self, request: Request) -> Response:
        """Makes one; whoever does becomes its Admin."""
        body = read_body(request.data, TenantBody)
        return Response(
            wire.tenant(create_tenant(body.id, body.name, admin_id=self.actor.id, by=self.actor))
        )


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


class OneTenantView(InstanceAPIView):
    """Base of routes about one tenant: whoever may not know of it finds nothing."""

    instance_admin = False

    def _tenant(self, slug: str) -> Tenant:
        row = _known_to(self.actor).filter(slug=slug).first()
        if row is None:
            raise NotFound("tenant")
        return row

    def _require(self, permission: str, row: Tenant) -> None:
        if self.actor.instance_admin:
            return
        refuse_resting(row.id)
        with tenant_entered(row.id):
            if not can(self.actor, permission):
                raise Denied(permission=permission)


class TenantView(OneTenantView):
    """One tenant."""

    def get(self, request: Request, slug: str) -> Response:
        """What it is called, its settings, and by `logo` whether it has a picture, and which."""
        return self._show(self._tenant(slug))

    def put(self, request: Request, slug: str) -> Response:
        """Calls it something else."""
        row = self._tenant(slug)
        self._require("tenant.edit", row)
        body = read_body(request.data, TenantFactsBody)
        asked = dict(body.settings or {})
        if body.require_existing_namespace is not None:
            asked["requireExistingNamespace"] = body.require_existing_namespace
        facts = TenantFacts(name=body.name, settings=asked)
        return self._show(update_tenant(self.actor, reference(row), facts))

    def delete(self, request: Request, slug: str) -> Response:
        """Takes it away with everything in it; `confirm` may repeat its id, against slips."""
        self._require("tenant.delete", self._tenant(slug))
        delete_tenant(slug, by=self.actor, confirm=request.query_params.get("confirm"))
        return Response(status=204)

    def _show(self, row: Tenant) -> Response:
        return Response({**wire.tenant(row), "logo": logo_digest(reference(row))})


def _known_to(actor: Actor) -> QuerySet[Tenant]:
    """Tenants that somebody may know of; one that is being deleted is nobody's any more."""
    rows = Tenant.objects.filter(deleting_at__isnull=True)
    if actor.instance_admin or actor.is_system:
        return rows
    rows = rows.filter(accesses__user_id=some_id(actor), accesses__suspended=False)
    return rows if actor.confined_to is None else rows.filter(id=actor.confined_to)
