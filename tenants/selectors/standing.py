"""Whether a tenant may work: suspended or being deleted, as every start and every write asks.

The answer is at most a second old, so that asking costs nothing; whoever changes it in this process
is heard at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from tenants.contracts import RunningWork
from tenants.life_errors import (
    TenantSuspended,
)
from tenants.models import Tenant

TRUSTED_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Standing:
    """A tenant in which nothing starts, and why."""

    tenant_id: UUID
    slug: str
    reason: str
    since: datetime
    running: RunningWork
    deleting: bool


class _Known:
    """All tenants that are not in good standing: none or few, so one query reads them."""

    until: float = 0.0
    found: Mapping[UUID, Standing] = {}


def resting(*, fresh: bool = False) -> Mapping[UUID, Standing]:
    """The tenants in which nothing starts, by their ids; at most a second old unless fresh."""
    if fresh or monotonic() > _Known.until:
        rows = Tenant.objects.filter(Q(suspended_at__isnull=False) | Q(deleting_at__isnull=False))
        _Known.found = {row.id: _standing(row) for row in rows}
        _Known.until = monotonic() + TRUSTED_SECONDS
    return _Known.found


def forget_standing() -> None:
    """Reads anew from here on; called by whatever suspends, resumes or deletes in this process."""
    _Known.until = 0.0


def suspension_of(tenant_id: UUID) -> Standing | None:
    """Why nothing starts in a tenant; None when it works."""
    return resting().get(tenant_id)


def refuse_resting(tenant_id: UUID) -> None:
    """Raises TenantSuspended where nothing may be changed or started."""
    found = suspension_of(tenant_id)
    if found is not None:
        raise TenantSuspended(slug=found.slug, reason=found.reason or "no reason was given")


def _standing(row: Tenant) -> Standing:
    told: dict[str, Any] = row.suspension or {}
    since = row.suspended_at or row.deleting_at or row.created_at
    running = RunningWork(told.get("running", RunningWork.FINISH))
    deleting = row.deleting_at is not None
    slug = (row.deletion or {}).get("slug", row.slug) if deleting else row.slug
    reason = "it is being deleted" if deleting else str(told.get("reason", ""))
    return Standing(row.id, slug, reason, since, running, deleting)
