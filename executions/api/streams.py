"""Whether a topic of the websocket may be watched; the websocket asks this in its client's name."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from executions.api import requests
from executions.selectors import executions as selector
from tenants.access import require
from tenants.http import TenantAPIView


class TopicView(TenantAPIView):
    """``GET …/stream/allowed?topic=``: 204, or the refusal."""

    actions: ClassVar[dict[str, str]] = {"get": "execution.view"}

    def get(self, request: Request, **_address: str) -> Response:
        """Without a topic: whether one may come in at all."""
        kind, _, name = (request.query_params.get("topic") or "").partition(":")
        with tenant_scope(self.tenant.id):
            match kind:
                case "" | "announcements":
                    pass
                case "execution":
                    selector.find(self.actor, requests.uuid_of(name))
                case "logs":
                    selector.find(self.actor, requests.uuid_of(name), "log.view")
                case "namespace":
                    require(self.actor, "execution.view", name)
                case _:
                    raise NotFound("topic")
        return Response(status=204)
