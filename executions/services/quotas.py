"""Quotas with how much of each is in use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from downbeat.common.scope import current_tenant, tenant_scope
from executions.runtime.admission_quotas import COUNTED, tell_those_that_fit
from executions.selectors import limits as selector
from tenants import facade as tenants
from tenants.access import require_somewhere
from tenants.actors import Actor
from tenants.contracts import QuotaRef


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """A quota and what is used of it; None where nothing is counted."""

    quota: QuotaRef
    used: int | None


def search(actor: Actor) -> list[QuotaUse]:
    """Every quota of the tenant that the actor may see."""
    with tenant_scope(current_tenant()):
        return with_use(tenants.quotas(actor))


def with_use(quotas: Iterable[QuotaRef]) -> list[QuotaUse]:
    """Quotas of the current tenant with their use, counted now; inside its scope."""
    known = list(quotas)
    used = selector.used(tenants.limits_now()) if known else {}
    return [QuotaUse(one, used.get(one.id)) for one in known]


def recheck(actor: Actor) -> list[QuotaUse]:
    """Lets those go on for whom there is room; what is used is counted, and never reset."""
    with tenant_scope(current_tenant()):
        require_somewhere(actor, "quota.edit")
        ceilings = tenants.limits_now().any_of(*COUNTED)
        tell_those_that_fit(current_tenant(), ceilings)
        return with_use(tenants.quotas(actor))
