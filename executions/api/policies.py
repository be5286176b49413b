"""What policies would have done, and requests for approval of a start, over HTTP."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import Body, read_body
from downbeat.common.scope import tenant_scope
from executions.contracts import Label, StartOptions
from executions.services import labels, policing
from executions.services.errors import FlowMissing
from executions.services.policy_preview import MOST_EXECUTIONS, MOST_SHOWN, Blocked, preview
from flows import facade as flows
from tenants import facade as tenants
from tenants.access import require
from tenants.http import TenantViewSet


class StartRequestBody(Body):
    """A request to start a flow with exactly these inputs and labels."""

    namespace: str = Field(min_length=1, max_length=150)
    flow_id: str = Field(min_length=1, max_length=150)
    inputs: dict[str, str] = Field(default_factory=dict)
    labels: dict[str, str] = Field(default_factory=dict)
    note: str = Field(default="", max_length=2000)


class PolicyEvaluationViewSet(TenantViewSet):
    """Policies, tried on what is and what was."""

    actions: ClassVar[dict[str, str]] = {
        "stored": "policy.view",
        "written": "policy.edit",
        "request_start": "execution.create",
    }

    def stored(self, request: Request, id: UUID, **_: str) -> Response:
        """How many flows and past executions a policy would have stopped, and which."""
        return self._tried(tenants.policy(self.actor, id), request)

    def written(self, request: Request, **_: str) -> Response:
        """The same for a policy that is not stored yet."""
        return self._tried(flows.policy_of(request.data), request)

    def request_start(self, request: Request, **_: str) -> Response:
        """Asks another person to agree to a start."""
        body = read_body(request.data, StartRequestBody)
        with tenant_scope(self.tenant.id):
            revision = flows.published(self.tenant.id, body.namespace, body.flow_id)
            if revision is None:
                raise FlowMissing(namespace=body.namespace, flow_id=body.flow_id)
            require(self.actor, "execution.create", revision.namespace_id)
            marks = tuple(Label(key, value) for key, value in body.labels.items())
            options = StartOptions(labels=labels.checked(marks))
            asked = policing.start_asked(revision, body.inputs, options)
            row = tenants.request_approval(self.actor, asked, body.note)
        return Response(tenants.approval_shown(row))

    def _tried(self, policy: tenants.PolicyRef, request: Request) -> Response:
        size = request.query_params.get("size", "")
        most = int(size) if size.isdecimal() and int(size) > 0 else MOST_EXECUTIONS
        with tenant_scope(self.tenant.id):
            found = preview(self.actor, policy, most=most)
        return Response(
            {
                "flows": _counted(found.flows, found.blocked_flows),
                "executions": _counted(found.executions, found.blocked_executions),
            }
        )


def _counted(checked: int, blocked: tuple[Blocked, ...]) -> dict[str, Any]:
    shown = [
        {"id": one.id, "namespace": one.namespace, "flowId": one.flow_id, "reason": one.reason}
        for one in blocked[:MOST_SHOWN]
    ]
    return {"checked": checked, "blocked": len(blocked), "results": shown}
