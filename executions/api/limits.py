"""Concurrency limits over HTTP, as existing clients read them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.pagination import PageOf, page_request
from downbeat.common.scope import tenant_scope
from executions.services import limits
from executions.services.limits import LimitUse
from tenants.http import TenantViewSet


class LimitViewSet(TenantViewSet):
    """Routes about the concurrency limits of flows."""

    actions: ClassVar[dict[str, str]] = {"search": "flow.view", "update": "execution.edit"}

    def search(self, request: Request, **_address: str) -> Response:
        """The flows that have a limit, with how much of it is used."""
        asked = page_request(request.query_params, size=100)
        with tenant_scope(self.tenant.id):
            found = limits.search(self.actor)
        shown = found[asked.offset : asked.offset + asked.size]
        page = PageOf(shown, len(found)).map(lambda use: _shown(self.tenant.slug, use))
        return Response(page.as_json())

    def update(self, request: Request, namespace: str, flow_id: str, **_address: str) -> Response:
        """Lets those go on for whom there is a slot. A count in the body is not taken over."""
        with tenant_scope(self.tenant.id):
            found = limits.recheck(namespace, flow_id, actor=self.actor)
        return Response(_shown(self.tenant.slug, found))


def _shown(tenant: str, use: LimitUse) -> dict[str, Any]:
    concurrency = use.flow.concurrency
    shown = {
        "tenantId": tenant,
        "namespace": use.flow.namespace,
        "flowId": use.flow.flow_id,
        "running": use.running,
        "queued": use.queued,
    }
    if concurrency is None:
        return shown
    return {**shown, "limit": concurrency.limit, "behavior": concurrency.behavior}
