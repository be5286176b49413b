"""Quotas, shares and tried policies for the OpenAPI description: routes and shapes of answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from downbeat.common.api.operations import PAGE, Operation, Query, Shape, takes
from executions.api.policies import StartRequestBody
from executions.api.quotas import ChangeBody, QuotaBody, WeightBody
from flows import facade as flows


class Quota(Shape):
    """A quota and what is used of it now; without a namespace it is the whole tenant's."""

    tenant_id: str
    id: UUID
    namespace: str | None
    flow_id: str | None
    kind: str
    limit: int
    policy: str | None
    of_instance: bool
    used: int | None
    updated_at: datetime


class Quotas(Shape):
    """The instance's quotas on a tenant."""

    results: list[Quota]


class QuotaLimit(Shape):
    """What is used of a quota."""

    tenant_id: str
    namespace: str | None
    flow_id: str | None
    id: UUID
    start: datetime
    count: int


class TenantShare(Shape):
    """A tenant's share of workers that are scarce, beside the shares of others."""

    tenant_id: str
    weight: int


class Stopped(Shape):
    """Something that a policy would have stopped, and why."""

    id: str
    namespace: str
    flow_id: str
    reason: str


class Tried(Shape):
    """How many were looked at, how many a policy would have stopped, and the first of them."""

    checked: int
    blocked: int
    results: list[Stopped]


class PolicyEvaluation(Shape):
    """What a policy would have done."""

    flows: Tried
    executions: Tried


class TriedNumbers(Shape):
    """How many were looked at, and how many a policy would have stopped."""

    checked: int
    blocked: int


class TenantEvaluation(Shape):
    """What a policy of the instance would have stopped in one tenant, in numbers."""

    tenant_id: str
    flows: TriedNumbers
    executions: TriedNumbers


_QUOTA: Final = takes(QuotaBody)
_CHANGE: Final = takes(ChangeBody)
_WEIGHT: Final = takes(WeightBody)
_SIZE: Final = (Query("size", "integer", "How many past executions are looked at."),)
OF: Final = "/instance/tenants/{}"
OPERATIONS: Final[Mapping[str, Operation]] = {
    "GET /quotas": Operation("listQuotas", "PagedResults_Quota_", query=PAGE),
    "POST /quotas": Operation("createQuota", "Quota", _QUOTA, status=201),
    "GET /quotas/{}": Operation("quota", "Quota"),
    "PUT /quotas/{}": Operation("updateQuota", "Quota", _CHANGE),
    "DELETE /quotas/{}": Operation("deleteQuota"),
    "GET /quota-limits": Operation("listQuotaLimits", ["QuotaLimit"]),
    "POST /quota-limits/reset": Operation("recheckQuotas", ["QuotaLimit"]),
    f"GET {OF}/quotas": Operation("listTenantCeilings", "Quotas"),
    f"PUT {OF}/quotas": Operation("setTenantCeiling", "Quota", _QUOTA),
    f"DELETE {OF}/quotas/{{}}": Operation("liftTenantCeiling"),
    f"GET {OF}/share": Operation("tenantShare", "TenantShare"),
    f"PUT {OF}/share": Operation("setTenantShare", "TenantShare", _WEIGHT),
    "GET /policies/{}/evaluate": Operation("evaluateTenantPolicy", "PolicyEvaluation", query=_SIZE),
    "POST /policies/evaluate": Operation(
        "evaluatePolicy", "PolicyEvaluation", takes(flows.PolicyBody), _SIZE
    ),
    "GET /instance/policies/{}/evaluate": Operation(
        "evaluateInstancePolicy", "PagedResults_TenantEvaluation_", query=PAGE
    ),
    "POST /instance/policies/evaluate": Operation(
        "evaluateUnsavedInstancePolicy",
        "PagedResults_TenantEvaluation_",
        takes(flows.InstancePolicyBody),
        PAGE,
    ),
    "POST /policies/approvals/start": Operation(
        "requestStartApproval", "Approval", takes(StartRequestBody)
    ),
}
SHAPES: Final[tuple[type[Shape], ...]] = (
    Quota,
    Quotas,
    QuotaLimit,
    TenantShare,
    PolicyEvaluation,
    TenantEvaluation,
)
PAGES: Final = ("Quota", "TenantEvaluation")
