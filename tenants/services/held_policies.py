"""The policies that hold in a tenant, as every save and every start reads them."""

from __future__ import annotations

import threading
from fnmatch import fnmatchcase
from time import monotonic
from typing import Final
from uuid import UUID

from downbeat.common.scope import current_tenant, tenant_scope
from tenants.contracts import PolicyRef
from tenants.models import InstancePolicy, Policy
from tenants.paths import lineage
from tenants.selectors.tenants import tenant_slug
from tenants.services.tenant_settings import settings_of

TRUSTED_SECONDS: Final = 2.0
MOST_TENANTS: Final = 10_000
RUNNERS: Final = "task runners of the tenant"
_kept: dict[UUID, tuple[float, tuple[PolicyRef, ...]]] = {}
_lock = threading.Lock()


def policies_for(path: str) -> tuple[PolicyRef, ...]:
    """The policies that hold in a namespace: its own, those of everything above, and those of the
    instance, at most two seconds old. Costs nothing in a tenant without any."""
    above = set(lineage(path))
    return tuple(one for one in _all(current_tenant()) if one.namespace in above)


def of_instance(tenant_id: UUID) -> list[PolicyRef]:
    """The instance's policies that hold in a tenant, by name, as the tenant sees them."""
    slug = tenant_slug(tenant_id)
    rows = InstancePolicy.objects.order_by("name")
    # Which other tenants a policy is for is nothing that this one may know.
    return [set_by_instance(row, shown=False) for row in rows if _holds_in(row, slug)]


def forget_policies(tenant_id: UUID) -> None:
    """Reads a tenant's policies anew from here on."""
    with _lock:
        _kept.pop(tenant_id, None)


def forget_all_policies() -> None:
    """Reads the policies of all tenants anew from here on."""
    with _lock:
        _kept.clear()


def set_by_tenant(row: Policy) -> PolicyRef:
    """A tenant's policy as a value."""
    return PolicyRef(
        name=row.name,
        effect=row.effect,
        mode=row.mode,
        on=frozenset(row.on),
        rules=row.rules,
        namespace=row.namespace.path,
        description=row.description,
        id=row.id,
    )


def set_by_instance(row: InstancePolicy, *, shown: bool = True) -> PolicyRef:
    """A policy of the instance as a value; `shown` says whether it names the tenants it is for."""
    return PolicyRef(
        name=row.name,
        effect=row.effect,
        mode=row.mode,
        on=frozenset(row.on),
        rules=row.rules,
        description=row.description,
        id=row.id,
        of_instance=True,
        tenants=tuple(row.tenants) if shown and row.tenants is not None else None,
    )


def is_for(tenants: tuple[str, ...] | None, slug: str) -> bool:
    """Whether a policy of the instance is for a tenant."""
    return tenants is None or any(fnmatchcase(slug, glob) for glob in tenants)


def _holds_in(row: InstancePolicy, slug: str) -> bool:
    return is_for(None if row.tenants is None else tuple(row.tenants), slug)


def _all(tenant_id: UUID) -> tuple[PolicyRef, ...]:
    kept = _kept.get(tenant_id)
    if kept is not None and monotonic() < kept[0]:
        return kept[1]
    with tenant_scope(tenant_id):
        own = [set_by_tenant(row) for row in Policy.objects.select_related("namespace")]
        found = [*of_instance(tenant_id), *own]
    runners = settings_of(tenant_id)["allowedTaskRunners"]
    if runners is not None:
        found.append(_of_runners(runners))
    with _lock:
        if len(_kept) >= MOST_TENANTS:
            _kept.clear()
        _kept[tenant_id] = (monotonic() + TRUSTED_SECONDS, tuple(found))
    return tuple(found)


def _of_runners(allowed: list[str]) -> PolicyRef:
    """The tenant's setting, as the policy that it is."""
    both = frozenset({"SAVE", "START"})
    return PolicyRef(RUNNERS, "REQUIRE", "ENFORCE", both, {"taskRunners": allowed})
