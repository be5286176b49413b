"""Policies and approvals for the OpenAPI description: their routes and the shapes of their answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from downbeat.common.api.operations import PAGE, Operation, Query, Shape, takes
from flows.api.policy_views import DecisionBody, SaveRequestBody
from flows.services.written_policies import InstancePolicyBody, PolicyBody


class Policy(Shape):
    """A policy; without a namespace it holds in the whole tenant. `scope` says who has set it."""

    id: UUID
    name: str
    description: str
    scope: Literal["INSTANCE", "TENANT", "NAMESPACE"]
    namespace: str | None
    effect: str
    mode: str
    on: list[str]
    rules: dict[str, Any]


class InstancePolicy(Shape):
    """A policy of the instance; without tenants it is for all of them."""

    id: UUID
    name: str
    description: str
    scope: Literal["INSTANCE"]
    tenants: list[str] | None
    effect: str
    mode: str
    on: list[str]
    rules: dict[str, Any]


class Policies(Shape):
    """Those of the namespaces that one may look into."""

    results: list[Policy]


class Approval(Shape):
    """A request that another person agrees to something; `subject` is what is asked."""

    id: UUID
    kind: str
    namespace: str
    flow_id: str
    subject: dict[str, Any]
    note: str
    state: str
    requested_by: str
    decided_by: str | None
    decided_at: datetime | None
    expires_at: datetime
    created_at: datetime


class Approvals(Shape):
    """Requests, the newest first."""

    results: list[Approval]


_DECISION: Final = takes(DecisionBody)
_POLICY: Final = takes(PolicyBody)
_OF_INSTANCE: Final = takes(InstancePolicyBody)
A: Final = "/policies/approvals"
ABOVE: Final = "/instance/policies"
OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /policies": Operation("listPolicies", "Policies"),
    "POST /policies": Operation("createTenantPolicy", "Policy", _POLICY),
    "GET /policies/{}": Operation("getTenantPolicy", "Policy"),
    "PUT /policies/{}": Operation("updateTenantPolicy", "Policy", _POLICY),
    "DELETE /policies/{}": Operation("deleteTenantPolicy"),
    # Two slashes: outside of any tenant.
    f"POST {ABOVE}": Operation("createInstancePolicy", "InstancePolicy", _OF_INSTANCE),
    f"GET {ABOVE}/search": Operation(
        "searchInstancePolicies", "PagedResults_InstancePolicy_", query=PAGE
    ),
    f"GET {ABOVE}/{{}}": Operation("instancePolicy", "InstancePolicy"),
    f"PUT {ABOVE}/{{}}": Operation("updateInstancePolicy", "InstancePolicy", _OF_INSTANCE),
    f"DELETE {ABOVE}/{{}}": Operation("deleteInstancePolicy"),
    f"GET {A}": Operation(
        "listApprovals", "Approvals", query=(Query("state", text="Only those in this state."),)
    ),
    f"POST {A}/save": Operation("requestSaveApproval", "Approval", takes(SaveRequestBody)),
    f"GET {A}/{{}}": Operation("approval", "Approval"),
    f"POST {A}/{{}}/approve": Operation("approve", "Approval", _DECISION),
    f"POST {A}/{{}}/reject": Operation("reject", "Approval", _DECISION),
}
SHAPES: Final[tuple[type[Shape], ...]] = (Policy, Policies, InstancePolicy, Approval, Approvals)
PAGES: Final = ("InstancePolicy",)
