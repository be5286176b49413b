"""What bounds a tenant now: its quotas, those that the instance has set, and switches that are on.

Processes keep what they have read under the tenant's ``limits_version``, which every change
raises in its own transaction: whoever reads the number inside a transaction knows whether what is
remembered is still true, and a tenant without limits pays nothing but that number.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.db.models import Q

from downbeat.common.scope import current_tenant, tenant_scope
from tenants.ceilings import Ceiling, Limits, Policy, QuotaKind, Running, Starts, Switch
from tenants.models import KillSwitch, Quota, Tenant

REMEMBERED = 4096


def limits_at(version: int) -> Limits:
    """The limits of the current tenant at that version; two queries the first time in a process."""
    return _remembered(current_tenant(), version)


def limits_now() -> Limits:
    """The limits of the current tenant; one query to see whether what is remembered holds."""
    return limits_of(current_tenant())


def limits_of(tenant_id: UUID) -> Limits:
    """The same of any tenant, where no scope is open."""
    rows = Tenant.objects.filter(id=tenant_id)
    return _remembered(tenant_id, rows.values_list("limits_version", flat=True).first() or 0)


@lru_cache(maxsize=REMEMBERED)
def _remembered(tenant_id: UUID, version: int) -> Limits:
    with tenant_scope(tenant_id):
        quotas = Quota.objects.select_related("namespace")
        ceilings = sorted((_ceiling(row) for row in quotas), key=lambda one: one.order)
        switches = switches_on()
    return Limits(version, tuple(ceilings), switches)


def switches_on() -> tuple[Switch, ...]:
    """The switches that stop anything of the current tenant, as the database has them now."""
    rows = KillSwitch.objects.filter(Q(tenant_id=current_tenant()) | Q(tenant_id__isnull=True))
    return tuple(switch_of(row) for row in rows.filter(active=True).order_by("starts_at", "id"))


def _ceiling(row: Quota) -> Ceiling:
    return Ceiling(
        id=row.id,
        kind=QuotaKind(row.kind),
        namespace=row.namespace.path,
        flow_id=row.flow_id,
        amount=row.amount,
        policy=Policy(row.policy),
        of_instance=row.of_instance,
    )


def switch_of(row: KillSwitch) -> Switch:
    """A switch as a value."""
    return Switch(
        id=row.id,
        of_instance=row.tenant_id is None,
        namespace=row.namespace,
        flow_id=row.flow_id,
        starts=Starts(row.starts),
        running=Running(row.running),
        reason=row.reason,
        by=row.by_name,
        since=row.starts_at,
        until=row.ends_at,
        maintenance=row.maintenance,
    )


def maintenance() -> Switch | None:
    """The maintenance of the instance, if it is on."""
    row = KillSwitch.objects.filter(maintenance=True, active=True).first()
    return switch_of(row) if row else None


def bounded_tenants() -> list[UUID]:
    """Tenants that have a quota or a switch, for the sweep; asked on the system's connection."""
    quotas = Quota.objects.unscoped(
        reason="the sweep looks for tenants whose executions wait for a quota", using="system"
    )
    found = set(quotas.values_list("tenant_id", flat=True).distinct())
    rows = KillSwitch.objects.using("system").filter(active=True)
    places: list[UUID | None] = list(rows.values_list("tenant_id", flat=True).distinct())
    if None in places:
        return list(Tenant.objects.using("system").values_list("id", flat=True))
    return sorted({*found, *(place for place in places if place is not None)})
