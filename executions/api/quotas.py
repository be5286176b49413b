"""Quotas over HTTP: those of a tenant, and the instance's above them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common import clock
from downbeat.common.api.bodies import Body, read_body
from downbeat.common.api.pagination import PageOf, page_request
from downbeat.common.scope import tenant_scope
from executions.services import quotas
from executions.services.quotas import QuotaUse
from tenants import facade as tenants
from tenants.ceilings import Policy, QuotaKind
from tenants.http import InstanceAPIView, TenantViewSet

LARGEST = 2**63 - 1


class ChangeBody(Body):
    """How much, and what becomes of what does not fit."""

    limit: int = Field(ge=0, le=LARGEST)
    policy: Policy | None = None


class QuotaBody(ChangeBody):
    """A quota; without a namespace it is the whole tenant's."""

    kind: QuotaKind
    namespace: str | None = None
    flow_id: str | None = None

    def as_new(self) -> tenants.NewQuota:
        """What the service takes."""
        return tenants.NewQuota(
            self.kind, self.limit, self.policy, self.namespace or "", self.flow_id or ""
        )


class WeightBody(Body):
    """A share beside the shares of other tenants."""

    weight: int = Field(ge=1, le=1000)


class QuotaViewSet(TenantViewSet):
    """Quotas of the tenant, its namespaces and flows."""

    actions: ClassVar[dict[str, str]] = {
        "list": "quota.view",
        "create": "quota.edit",
        "retrieve": "quota.view",
        "update": "quota.edit",
        "destroy": "quota.edit",
        "limits": "quota.view",
        "recheck": "quota.edit",
    }

    def list(self, request: Request, **_address: str) -> Response:
        """A page of those that one may see, each with what is used of it now."""
        asked = page_request(request.query_params, size=100)
        found = quotas.search(self.actor)
        shown = found[asked.offset : asked.offset + asked.size]
        return Response(PageOf(shown, len(found)).map(self._shown).as_json())

    def create(self, request: Request, **_address: str) -> Response:
        """A new quota; 409 if there is one of that kind on that place."""
        made = tenants.create_quota(self.actor, read_body(request.data, QuotaBody).as_new())
        return Response(self._shown(self._with_use(made)), status=201)

    def retrieve(self, request: Request, id: UUID, **_address: str) -> Response:
        """One of them."""
        with tenant_scope(self.tenant.id):
            found = tenants.quota(self.actor, id)
        return Response(self._shown(self._with_use(found)))

    def update(self, request: Request, id: UUID, **_address: str) -> Response:
        """Another limit, and another policy if one is named."""
        body = read_body(request.data, ChangeBody)
        found = tenants.change_quota(self.actor, id, body.limit, body.policy)
        return Response(self._shown(self._with_use(found)))

    def destroy(self, request: Request, id: UUID, **_address: str) -> Response:
        """Lifts a quota; what waits for it goes on."""
        tenants.delete_quota(self.actor, id)
        return Response(status=204)

    def limits(self, request: Request, **_address: str) -> Response:
        """What is used of each quota, as existing clients read it."""
        return Response([_counted(self.tenant.slug, use) for use in quotas.search(self.actor)])

    def recheck(self, request: Request, **_address: str) -> Response:
        """Lets those go on for whom there is room. What is used is counted, so it stays true."""
        return Response([_counted(self.tenant.slug, use) for use in quotas.recheck(self.actor)])

    def _with_use(self, found: Any) -> QuotaUse:
        with tenant_scope(self.tenant.id):
            return quotas.with_use([found])[0]

    def _shown(self, use: QuotaUse) -> dict[str, Any]:
        return {"tenantId": self.tenant.slug, **_facts(use)}


class TenantCeilingsView(InstanceAPIView):
    """The instance's quotas on one tenant, which the tenant sees and cannot raise."""

    def get(self, request: Request, slug: str) -> Response:
        """All of them, with what is used."""
        return Response({"results": self._listed(slug)})

    def put(self, request: Request, slug: str) -> Response:
        """Sets the one of a kind."""
        body = read_body(request.data, QuotaBody)
        set_ = tenants.set_ceiling(self.actor, slug, body.as_new())
        return Response(next(one for one in self._listed(slug) if one["id"] == str(set_.id)))

    def _listed(self, slug: str) -> list[dict[str, Any]]:
        tenant_id = tenants.require_tenant(slug)
        with tenant_scope(tenant_id):
            found = quotas.with_use(tenants.ceilings_of(tenant_id))
        return [{"tenantId": slug, **_facts(use)} for use in found]


class TenantCeilingView(InstanceAPIView):
    """One of them, by its kind."""

    def delete(self, request: Request, slug: str, kind: str) -> Response:
        """Lifts it."""
        wanted = read_body({"kind": kind, "limit": 0}, QuotaBody).kind
        tenants.lift_ceiling(self.actor, slug, wanted)
        return Response(status=204)


class TenantShareView(InstanceAPIView):
    """A tenant's share of workers that are scarce."""

    def get(self, request: Request, slug: str) -> Response:
        """Its weight."""
        return Response({"tenantId": slug, "weight": tenants.weight_of(slug)})

    def put(self, request: Request, slug: str) -> Response:
        """Another one; it counts from the next claim on."""
        weight = read_body(request.data, WeightBody).weight
        return Response({"tenantId": slug, "weight": tenants.set_weight(self.actor, slug, weight)})


def _facts(use: QuotaUse) -> dict[str, Any]:
    quota = use.quota
    return {
        "id": str(quota.id),
        "namespace": quota.namespace or None,
        "flowId": quota.flow_id or None,
        "kind": quota.kind,
        "limit": quota.amount,
        "policy": quota.policy,
        "ofInstance": quota.of_instance,
        "used": use.used,
        "updatedAt": clock.wire(quota.updated_at),
    }


def _counted(tenant: str, use: QuotaUse) -> dict[str, Any]:
    quota = use.quota
    return {
        "tenantId": tenant,
        "namespace": quota.namespace or None,
        "flowId": quota.flow_id or None,
        "id": str(quota.id),
        "start": clock.wire(quota.updated_at),
        "count": use.used or 0,
    }
