"""What every change of a limit has in common: who is told, and when it counts."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from downbeat.common import events
from tenants.contracts import LimitsChanged
from tenants.models import Tenant


def changed(tenant_id: UUID) -> None:
    """Makes the change count for every transaction that begins after this one commits.

    Call it inside the tenant's scope, after the change: those that wait are told beside it.
    """
    Tenant.objects.filter(id=tenant_id).update(limits_version=F("limits_version") + 1)
    events.emit(LimitsChanged(tenant_id))


def changed_everywhere() -> list[UUID]:
    """The same for a change that binds all tenants; they are told one by one, by the caller."""
    rows = Tenant.objects.order_by("id")
    # In one order, so that two such changes at once wait for each other instead of for ever.
    ids = list(rows.select_for_update().values_list("id", flat=True))
    rows.update(limits_version=F("limits_version") + 1)
    return ids
