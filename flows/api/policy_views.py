"""Policies over HTTP: written, looked at, and asked about a source; and requests for approval."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field
from rest_framework.request import Request
from rest_framework.response import Response

from downbeat.common.api.bodies import Body, read_body
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from flows.api import policy_wire as wire
from flows.services import policing, publish
from flows.services.written_policies import policy_of
from tenants import facade as tenants
from tenants.access import require
from tenants.http import TenantViewSet

MOST_APPROVALS = 200


class SourceBody(Body):
    """A source that somebody may save."""

    source: str


class DecisionBody(Body):
    """What somebody says about a request."""

    note: str = Field(default="", max_length=2000)


class SaveRequestBody(Body):
    """A request to save a source."""

    source: str
    note: str = Field(default="", max_length=2000)


class PolicyViewSet(TenantViewSet):
    """Policies of the tenant and of its namespaces."""

    actions = {
        "list": "policy.view",
        "create": "policy.edit",
        "retrieve": "policy.view",
        "update": "policy.edit",
        "destroy": "policy.edit",
        "preview": "flow.view",
    }

    def list(self, request: Request, tenant: str) -> Response:
        """Those of the namespaces that one may look into."""
        found = tenants.seen_policies(self.actor)
        return Response({"results": [wire.policy(one) for one in found]})

    def create(self, request: Request, tenant: str) -> Response:
        """A new one; it holds within two seconds everywhere."""
        made = tenants.create_policy(self.actor, policy_of(request.data))
        return Response(wire.policy(made))

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One of them."""
        return Response(wire.policy(tenants.policy(self.actor, id)))

    def update(self, request: Request, tenant: str, id: UUID) -> Response:
        """Changes it."""
        changed = tenants.update_policy(self.actor, id, policy_of(request.data))
        return Response(wire.policy(changed))

    def destroy(self, request: Request, tenant: str, id: UUID) -> Response:
        """Takes it away."""
        tenants.delete_policy(self.actor, id)
        return Response(status=204)

    def preview(self, request: Request, tenant: str) -> Response:
        """What policies say about a source, before it is saved."""
        body = read_body(request.data, SourceBody)
        with tenant_scope(self.tenant.id):
            outcome = publish.parsed(body.source)
            if outcome.flow is None:
                raise publish.invalid(outcome.diagnostics)
            require(self.actor, "flow.view", outcome.flow.namespace)
            policies = tenants.policies_for(outcome.flow.namespace)
            subject = policing.save_subject(outcome.flow, self.actor.name)
            told = policing.violations(policies, subject)
        return Response(
            {
                "allowed": not any(one.blocks for one in told),
                "violations": [wire.violation(one) for one in told],
            }
        )


class ApprovalViewSet(TenantViewSet):
    """Requests that another person agrees to something."""

    actions = {
        "list": "policy.view",
        "request_save": "flow.edit",
        "retrieve": "policy.view",
        "approve": "policy.approve",
        "reject": "policy.approve",
    }

    def list(self, request: Request, tenant: str) -> Response:
        """The newest first; `state` narrows them."""
        state = (request.query_params.get("state") or "").upper()
        with tenant_scope(self.tenant.id):
            rows = tenants.seen_approvals(self.actor).order_by("-created_at")
            rows = rows.filter(state=state) if state else rows
            found = [tenants.approval_shown(row) for row in rows[:MOST_APPROVALS]]
        return Response({"results": found})

    def request_save(self, request: Request, tenant: str) -> Response:
        """Asks another person to agree to this source, word for word."""
        body = read_body(request.data, SaveRequestBody)
        with tenant_scope(self.tenant.id):
            outcome = publish.parsed(body.source)
            if outcome.flow is None:
                raise publish.invalid(outcome.diagnostics)
            place = tenants.namespace(outcome.flow.namespace)
            if place is None:
                raise NotFound("namespace")
            require(self.actor, "flow.edit", place.id)
            asked = policing.save_asked(outcome.flow, body.source, place.id)
            row = tenants.request_approval(self.actor, asked, body.note)
        return Response(tenants.approval_shown(row))

    def retrieve(self, request: Request, tenant: str, id: UUID) -> Response:
        """One of them, with what is asked."""
        with tenant_scope(self.tenant.id):
            row = tenants.seen_approvals(self.actor).filter(id=id).first()
        if row is None:
            raise NotFound("approval")
        return Response(tenants.approval_shown(row))

    def approve(self, request: Request, tenant: str, id: UUID) -> Response:
        """Agrees: it may be done once within a day."""
        return self._decide(request, id, approve=True)

    def reject(self, request: Request, tenant: str, id: UUID) -> Response:
        """Does not agree."""
        return self._decide(request, id, approve=False)

    def _decide(self, request: Request, id: UUID, *, approve: bool) -> Response:
        note = read_body(request.data, DecisionBody).note
        return Response(
            tenants.approval_shown(tenants.decide(self.actor, id, approve=approve, note=note))
        )
