"""What policies would have done, and requests for approval of a start, over HTTP."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import Body, read_body
from downbeat.common.api.pagination import PageOf, page_request
from downbeat.common.scope import tenant_scope
from executions.contracts import Label, StartOptions
from executions.services import labels, policing
from executions.services.errors import FlowMissing
from executions.services.policy_preview import MOST_EXECUTIONS, MOST_SHOWN, Blocked, preview
from flows import facade as flows
from tenants import facade as tenants
from tenants.access import require
from tenants.actors import system_actor
from tenants.http import InstanceAPIView, TenantViewSet

MOST_TENANTS: Final = 20
MOST_OF_A_TENANT: Final = 200


class StartRequestBody(Body):
    """A request to start a flow with exactly these inputs and labels."""

    namespace: str = Field(min_length=1, max_length=150)
    flow_id: str = Field(min_length=1, max_length=150)
    inputs: dict[str, str] = Field(default_factory=dict)
    labels: dict[str, str] = Field(default_factory=dict)
    note: str = Field(default="", max_length=2000)


class InstancePolicyEvaluationView(InstanceAPIView):
    """A policy of the instance, tried on what is and what was in its tenants.

    Only in numbers: an admin of the instance has no right to see what is inside of tenants.
    """

    def get(self, request: Request, id: UUID) -> Response:
        """How much one that is stored would have stopped, tenant by tenant."""
        return _tried_everywhere(tenants.instance_policy(id), request)


class InstancePolicyTrialView(InstanceAPIView):
    """The same of a policy that is not stored yet."""

    def post(self, request: Request) -> Response:
        """How much it would have stopped, tenant by tenant."""
        return _tried_everywhere(flows.instance_policy_of(request.data), request)


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


def _tried_everywhere(policy: tenants.PolicyRef, request: Request) -> Response:
    """A page of tenants: each of them is read on its own, which takes its time."""
    asked = page_request(request.query_params, size=MOST_TENANTS)
    found = [one for one in tenants.tenants() if tenants.is_for(policy.tenants, one.slug)]
    shown = found[asked.offset : asked.offset + min(asked.size, MOST_TENANTS)]
    return Response(PageOf(shown, len(found)).map(partial(_tried_in, policy)).as_json())


def _tried_in(policy: tenants.PolicyRef, tenant: tenants.TenantRef) -> dict[str, Any]:
    with tenant_scope(tenant.id):
        found = preview(system_actor("policies of the instance"), policy, most=MOST_OF_A_TENANT)
    return {
        "tenantId": tenant.slug,
        "flows": {"checked": found.flows, "blocked": len(found.blocked_flows)},
        "executions": {"checked": found.executions, "blocked": len(found.blocked_executions)},
    }


def _counted(checked: int, blocked: tuple[Blocked, ...]) -> dict[str, Any]:
    shown = [
        {"id": one.id, "namespace": one.namespace, "flowId": one.flow_id, "reason": one.reason}
        for one in blocked[:MOST_SHOWN]
    ]
    return {"checked": checked, "blocked": len(blocked), "results": shown}
