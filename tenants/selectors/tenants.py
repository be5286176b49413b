"""Reads of tenants."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from tenants.contracts import TenantRef
from tenants.models import Tenant


def tenant_of_slug(slug: str) -> TenantRef | None:
    """The tenant with that slug."""
    return _or_none(Tenant.objects.filter(slug=slug, deleting_at__isnull=True).first())


def tenant_of_id(tenant_id: UUID) -> TenantRef | None:
    """The tenant with that id."""
    return _or_none(Tenant.objects.filter(id=tenant_id).first())


@lru_cache(maxsize=4096)
def tenant_slug(tenant_id: UUID) -> str:
    """The slug of a tenant; kept for good, because neither of the two ever changes."""
    found = tenant_of_id(tenant_id)
    if found is None:
        raise LookupError(f"There is no tenant {tenant_id}")
    return found.slug


def tenants() -> list[TenantRef]:
    """All tenants of the instance, for work that goes through them one by one."""
    rows = Tenant.objects.filter(deleting_at__isnull=True)
    return [reference(row) for row in rows.order_by("slug")]


def tenant_count() -> int:
    """How many tenants there are: with more than one, tasks need isolation."""
    return Tenant.objects.filter(deleting_at__isnull=True).count()


def _or_none(row: Tenant | None) -> TenantRef | None:
    return reference(row) if row else None


def reference(row: Tenant) -> TenantRef:
    """A tenant as a value."""
    return TenantRef(row.id, row.slug, row.name)
