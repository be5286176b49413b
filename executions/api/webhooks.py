"""The public door of webhooks: no log-in, the key in the address is the credential."""

from __future__ import annotations

from collections.abc import Mapping

from rest_framework.request import Request
from rest_framework.response import Response

from executions.api import shapes
from executions.api.repetition import idempotency_of_call
from executions.api.starting import body_of
from executions.streams.calls import WISH, Wish
from executions.triggering import webhooks
from executions.triggering.webhooks import Answered, Call, WebhookUnknown
from tenants import facade as tenants
from tenants.http import PublicAPIView

# Credentials of whoever calls are not the flow's business.
HIDDEN = frozenset({"authorization", "cookie", "proxy-authorization"})
LARGEST_BODY = 8 * 1024 * 1024


class WebhookView(PublicAPIView):
    """Starts an execution by a call from outside."""

    parser_classes = ()

    def get(self, request: Request, **address: str) -> Response:
        """A call without a body."""
        return self._called(request, **address)

    def post(self, request: Request, **address: str) -> Response:
        """A call with a body."""
        return self._called(request, **address)

    def put(self, request: Request, **address: str) -> Response:
        """A call with a body."""
        return self._called(request, **address)

    def _called(
        self,
        request: Request,
        tenant: str,
        namespace: str,
        flow_id: str,
        key: str,
        path: str | None = None,
    ) -> Response:
        found = tenants.tenant_of_slug(tenant)
        if found is None:
            raise WebhookUnknown
        content = request._request.body
        sent = Call(
            body=body_of(content),
            headers=_headers(request.headers),
            parameters=dict(request.query_params.lists()),
            path=path,
        )
        route = f"webhook:{namespace}:{flow_id}:{key}:{path}"
        once = idempotency_of_call(request, route, content)
        answer = webhooks.call(found.id, namespace, flow_id, key, sent, idempotency=once)
        if answer.started is None:
            return Response(status=204)
        status = answer.trigger.response_code or 200
        shown = {"tenantId": tenant, **shapes.started(answer.started)}
        return Response(shown, status=status, headers=_wish(request, answer, status))


def _wish(request: Request, answer: Answered, status: int) -> dict[str, str]:
    """Tells whoever serves this process that the caller waits for the end."""
    asked = request.query_params.get("wait", "").lower() in ("true", "1")
    if answer.started is None or not (asked or answer.trigger.wait):
        return {}
    trigger = answer.trigger
    content_type = trigger.response_content_type or "application/json"
    outputs = trigger.wait and trigger.return_outputs
    return {WISH: Wish(answer.started.id, outputs, content_type, status).written()}


def _headers(headers: Mapping[str, str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in headers.items() if name.lower() not in HIDDEN}
