"""Suspends tenants and lets them work again. Done by admins of the instance, never from inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from downbeat.common import events
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import RunningWork, TenantResumed
from tenants.life_errors import (
    TenantNotSuspended,
)
from tenants.models import Tenant
from tenants.selectors.standing import forget_standing
from tenants.services import audit


@dataclass(frozen=True)
class Suspension:
    """Why a tenant rests, and what becomes of what runs in it."""

    reason: str
    running: RunningWork = RunningWork.FINISH


def suspend_tenant(actor: Actor, slug: str, wanted: Suspension) -> Tenant:
    """Nothing starts or changes in the tenant from here on; people may read.

    Said again, it changes the reason and what becomes of running work. Other processes know within
    a second. Raises NotFound.
    """
    told = {"reason": wanted.reason, "running": wanted.running.value, "by": actor.name}
    with transaction.atomic():
        row = _locked(slug)
        before = row.suspension
        Tenant.objects.filter(id=row.id).update(
            suspended_at=row.suspended_at or Now(), suspension=told
        )
        _record(actor, row, "suspended", before=before, after=told)
        transaction.on_commit(forget_standing)
    return Tenant.objects.get(id=row.id)


def resume_tenant(actor: Actor, slug: str) -> Tenant:
    """The tenant works again; what its suspension paused goes on. Raises TenantNotSuspended."""
    with transaction.atomic():
        row = _locked(slug)
        if row.suspended_at is None:
            raise TenantNotSuspended(slug=slug)
        Tenant.objects.filter(id=row.id).update(suspended_at=None, suspension=None)
        with tenant_scope(row.id):
            events.emit(TenantResumed(row.id))
        _record(actor, row, "resumed", before=row.suspension, after=None)
        transaction.on_commit(forget_standing)
    return Tenant.objects.get(id=row.id)


def _locked(slug: str) -> Tenant:
    row = Tenant.objects.select_for_update().filter(slug=slug, deleting_at__isnull=True).first()
    if row is None:
        raise NotFound("tenant")
    return row


def _record(
    actor: Actor,
    row: Tenant,
    event: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Both trails say it: the tenant's people ask theirs, and whoever did it is of the instance."""
    change = Change.of("tenant", event, row.slug)
    with tenant_scope(row.id):
        audit.record(actor, change, before=before, after=after)
    audit.record_instance(actor, change, before=before, after=after)
