"""Quotas: set by people of the tenant, and by the instance above them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from downbeat.common.errors import NotFound
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require, visible
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.ceilings import (
    NOT_OF_FLOWS,
    OF_TENANT_ONLY,
    POLICIES,
    Policy,
    QuotaKind,
    place_text,
)
from tenants.contracts import QuotaRef
from tenants.errors import BadQuota, QuotaExists, QuotaNotFound, QuotaOfInstance
from tenants.models import Namespace, Quota, Tenant
from tenants.paths import ROOT
from tenants.selectors import namespaces
from tenants.services import audit, limits

MOST = 2**63 - 1


@dataclass(frozen=True)
class NewQuota:
    """A ceiling as somebody writes it; no namespace means the tenant."""

    kind: QuotaKind
    amount: int
    policy: Policy | None = None
    namespace: str = ""
    flow_id: str = ""


def reference(row: Quota) -> QuotaRef:
    """A quota as a value."""
    return QuotaRef(
        row.id, row.kind, row.amount, row.policy, row.namespace.path, row.flow_id,
        row.of_instance, row.updated_at,
    )  # fmt: skip


def quotas(actor: Actor) -> list[QuotaRef]:
    """Those that one may see, from the tenant down; call inside the tenant's scope."""
    rows = visible(actor, "quota.view", Quota.objects.select_related("namespace"))
    ordered = rows.order_by("namespace__path", "flow_id", "kind", "-of_instance")
    return [reference(row) for row in ordered]


def quota(actor: Actor, id: UUID) -> QuotaRef:
    """One of them; ``QuotaNotFound`` if it may not be seen. Call inside the tenant's scope."""
    return reference(_find(actor, id, "quota.view"))


def _find(actor: Actor, id: UUID, permission: str) -> Quota:
    rows = visible(actor, "quota.view", Quota.objects.select_related("namespace"))
    row = rows.filter(id=id).first()
    if row is None:
        raise QuotaNotFound
    require(actor, permission, row.namespace_id)
    return row


def create_quota(actor: Actor, new: NewQuota) -> QuotaRef:
    """A new ceiling; those above it go on to hold."""
    policy = _checked(new)
    with tenant_scope(current_tenant()):
        place = _place(new.namespace)
        require(actor, "quota.edit", place.id)
        return reference(_insert(actor, new, place, policy, of_instance=False))


def change_quota(actor: Actor, id: UUID, amount: int, policy: Policy | None) -> QuotaRef:
    """Another amount, and another policy if one is named."""
    with tenant_scope(current_tenant()):
        row = _find(actor, id, "quota.edit")
        if row.of_instance:
            raise QuotaOfInstance
        return reference(_change(actor, row, amount, policy))


def delete_quota(actor: Actor, id: UUID) -> None:
    """Lifts a ceiling; what waits for it goes on."""
    with tenant_scope(current_tenant()):
        row = _find(actor, id, "quota.edit")
        if row.of_instance:
            raise QuotaOfInstance
        _delete(actor, row)


def set_ceiling(actor: Actor, slug: str, new: NewQuota) -> QuotaRef:
    """The instance's own ceiling on a tenant: sets it, or changes the one that there is."""
    if new.namespace or new.flow_id:
        raise BadQuota(reason="a quota of the instance is on a whole tenant")
    policy = _checked(new)
    with tenant_scope(require_tenant(slug)):
        place = _place(ROOT)
        found = Quota.objects.select_related("namespace").filter(
            namespace_id=place.id, flow_id="", kind=new.kind, of_instance=True
        )
        row = found.first()
        if row is not None:
            return reference(_change(actor, row, new.amount, new.policy))
        return reference(_insert(actor, new, place, policy, of_instance=True))


def ceilings_of(tenant_id: UUID) -> list[QuotaRef]:
    """The instance's ceilings on a tenant; call inside its scope."""
    rows = Quota.objects.select_related("namespace").filter(tenant_id=tenant_id, of_instance=True)
    return [reference(row) for row in rows.order_by("kind")]


def lift_ceiling(actor: Actor, slug: str, kind: QuotaKind) -> None:
    """Takes a ceiling of the instance away."""
    with tenant_scope(require_tenant(slug)):
        rows = Quota.objects.select_related("namespace").filter(of_instance=True, kind=kind)
        row = rows.first()
        if row is None:
            raise QuotaNotFound
        _delete(actor, row)


def set_weight(actor: Actor, slug: str, weight: int) -> int:
    """A tenant's share of workers that are scarce, beside those of the others."""
    tenant_id = require_tenant(slug)
    with transaction.atomic():
        row = Tenant.objects.select_for_update().get(id=tenant_id)
        before, row.weight = row.weight, weight
        row.save(update_fields=["weight"])
        change = Change.of("tenant", "weighted", slug)
        audit.record_instance(actor, change, before={"weight": before}, after={"weight": weight})
    return weight


def weight_of(slug: str) -> int:
    """The share of a tenant."""
    return Tenant.objects.values_list("weight", flat=True).get(id=require_tenant(slug))


def require_tenant(slug: str) -> UUID:
    """The id of a tenant; 404 if there is none."""
    found = Tenant.objects.filter(slug=slug).values_list("id", flat=True).first()
    if found is None:
        raise NotFound("tenant")
    return found


def _place(path: str) -> Namespace:
    if not path:
        return namespaces.root()
    row = Namespace.objects.filter(path=path).first()
    if row is None:
        raise BadQuota(reason=f"there is no namespace {path}")
    return row


def _checked(new: NewQuota) -> Policy:
    """The policy that the quota gets; ``BadQuota`` if it makes no sense."""
    _check_amount(new.kind, new.amount)
    if new.flow_id and not new.namespace:
        raise BadQuota(reason="a quota of a flow names its namespace too")
    if new.namespace and new.kind in OF_TENANT_ONLY:
        raise BadQuota(reason=f"{new.kind} is counted for the whole tenant only")
    if new.flow_id and new.kind in NOT_OF_FLOWS:
        raise BadQuota(reason=f"{new.kind} is not counted for a single flow")
    return _policy(new.kind, new.policy)


def _check_amount(kind: QuotaKind, amount: int) -> None:
    # Whoever could ask nothing any more could not lift the quota either.
    least = 1 if kind is QuotaKind.API_REQUESTS_PER_MINUTE else 0
    if not least <= amount <= MOST:
        raise BadQuota(reason=f"the limit is a whole number from {least} on")


def _policy(kind: QuotaKind, policy: Policy | None) -> Policy:
    allowed = POLICIES[kind]
    if policy is not None and policy not in allowed:
        raise BadQuota(reason=f"{kind} knows {' and '.join(allowed)}, and not {policy}")
    return policy or allowed[0]


def _insert(
    actor: Actor, new: NewQuota, place: Namespace, policy: Policy, *, of_instance: bool
) -> Quota:
    row = Quota(
        namespace=place, flow_id=new.flow_id, kind=new.kind, amount=new.amount, policy=policy,
        of_instance=of_instance, updated_by=actor.id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        where = place_text(new.namespace, new.flow_id)
        raise QuotaExists(kind=new.kind, place=where) from None
    _record(actor, row, "created", before=None, after=_state(row))
    limits.changed(row.tenant_id)
    return row


def _change(actor: Actor, row: Quota, amount: int, policy: Policy | None) -> Quota:
    before = _state(row)
    kind = QuotaKind(row.kind)
    _check_amount(kind, amount)
    row.amount, row.policy = amount, _policy(kind, policy) if policy else row.policy
    row.updated_by = actor.id
    row.save(update_fields=["amount", "policy", "updated_by", "updated_at"])
    _record(actor, row, "updated", before=before, after=_state(row))
    limits.changed(row.tenant_id)
    return row


def _delete(actor: Actor, row: Quota) -> None:
    _record(actor, row, "deleted", before=_state(row), after=None)
    tenant_id = row.tenant_id
    row.delete()
    limits.changed(tenant_id)


def _state(row: Quota) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "flowId": row.flow_id,
        "limit": row.amount,
        "policy": row.policy,
        "ofInstance": row.of_instance,
    }


def _record(
    actor: Actor,
    row: Quota,
    event: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    change = Change.of("quota", event, row.id, namespace=row.namespace.path)
    audit.record(actor, change, before=before, after=after)
