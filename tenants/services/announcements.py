"""Announcements: published, changed, taken away, and who reads which of them now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from downbeat.common import clock, events
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import require, require_somewhere
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.errors import AnnouncementNotFound, BadAnnouncement
from tenants.models import Announcement, InstanceAnnouncement, Tenant
from tenants.services import audit

Row = Announcement | InstanceAnnouncement
R = TypeVar("R", Announcement, InstanceAnnouncement)
TOPIC: Final = "announcements"


class Kind(StrEnum):
    """How grave it is, in the words of existing clients."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


@dataclass(frozen=True)
class NewAnnouncement:
    """An announcement as somebody writes it."""

    message: str
    kind: Kind = Kind.INFO
    dismissible: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def read_by(actor: Actor) -> list[Row]:
    """What somebody in the current tenant is told now: of the instance first, the latest first."""
    now = clock.now()
    above = _latest_first(InstanceAnnouncement.objects.filter(_shown_at(now)))
    with tenant_scope(current_tenant()):
        require_somewhere(actor, "tenant.view")
        return [*above, *_latest_first(Announcement.objects.filter(_shown_at(now)))]


def of_tenant(actor: Actor) -> list[Announcement]:
    """All of the tenant's, those to come and those that are over included."""
    with tenant_scope(current_tenant()):
        require(actor, "tenant.edit")
        return list(_latest_first(Announcement.objects.all()))


def publish_in_tenant(actor: Actor, new: NewAnnouncement) -> Announcement:
    """Tells the people of the current tenant something."""
    with tenant_scope(current_tenant()):
        require(actor, "tenant.edit")
        return _publish(actor, Announcement(), new)


def change_in_tenant(actor: Actor, id: UUID, new: NewAnnouncement) -> Announcement:
    """Says it anew; whoever has dismissed it sees it again."""
    with tenant_scope(current_tenant()):
        require(actor, "tenant.edit")
        return _change(actor, _found(Announcement.objects.all(), id), new)


def withdraw_from_tenant(actor: Actor, id: UUID) -> None:
    """Takes it away."""
    with tenant_scope(current_tenant()):
        require(actor, "tenant.edit")
        _withdraw(actor, _found(Announcement.objects.all(), id))


def of_instance() -> list[InstanceAnnouncement]:
    """All of the instance's."""
    return list(_latest_first(InstanceAnnouncement.objects.all()))


def publish(actor: Actor, new: NewAnnouncement) -> InstanceAnnouncement:
    """Tells everybody on the instance something."""
    with transaction.atomic():
        return _publish(actor, InstanceAnnouncement(), new)


def change(actor: Actor, id: UUID, new: NewAnnouncement) -> InstanceAnnouncement:
    """Says it anew."""
    with transaction.atomic():
        return _change(actor, _found(InstanceAnnouncement.objects.all(), id), new)


def withdraw(actor: Actor, id: UUID) -> None:
    """Takes it away."""
    with transaction.atomic():
        _withdraw(actor, _found(InstanceAnnouncement.objects.all(), id))


def is_shown(row: Row) -> bool:
    """Whether readers see it at this moment."""
    now = clock.now()
    begun = row.starts_at is None or row.starts_at <= now
    return begun and (row.ends_at is None or row.ends_at > now)


def _shown_at(now: datetime) -> Q:
    begun = Q(starts_at__isnull=True) | Q(starts_at__lte=now)
    return begun & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))


def _latest_first(rows: QuerySet[R]) -> QuerySet[R]:
    return rows.order_by("-created_at", "-id")


def _found(rows: QuerySet[R], id: UUID) -> R:
    row = rows.select_for_update().filter(id=id).first()
    if row is None:
        raise AnnouncementNotFound
    return row


def _publish(actor: Actor, row: R, new: NewAnnouncement) -> R:
    _fill(actor, row, new)
    row.save(force_insert=True)
    _tell(actor, row, "created", before=None, after=_state(row))
    return row


def _change(actor: Actor, row: R, new: NewAnnouncement) -> R:
    before = _state(row)
    _fill(actor, row, new)
    row.save()
    _tell(actor, row, "updated", before=before, after=_state(row))
    return row


def _withdraw(actor: Actor, row: Row) -> None:
    before, id = _state(row), row.id
    row.delete()
    row.id = id
    _tell(actor, row, "deleted", before=before, after=None)


def _fill(actor: Actor, row: Row, new: NewAnnouncement) -> None:
    if new.ends_at is not None and new.ends_at <= (new.starts_at or clock.now()):
        raise BadAnnouncement(reason="it ends before it begins")
    row.message, row.kind, row.dismissible = new.message, new.kind.value, new.dismissible
    row.starts_at, row.ends_at = new.starts_at, new.ends_at
    row.by_name = actor.name[:300]


def _tell(
    actor: Actor,
    row: Row,
    event: str,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    """Audits a change, and has open pages read again."""
    change = Change.of("tenant", f"announcement_{event}", row.id)
    if isinstance(row, Announcement):
        audit.record(actor, change, before=before, after=after)
        _ring()
        return
    audit.record_instance(actor, change, before=before, after=after)
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        _within(tenant_id, _ring)


def _ring() -> None:
    events.publish_on_commit(TOPIC, "announcements.changed", {})


def _within(tenant: UUID, act: Callable[[], None]) -> None:
    with tenant_scope(tenant):
        act()


def _state(row: Row) -> dict[str, Any]:
    return {
        "message": row.message,
        "type": row.kind,
        "dismissible": row.dismissible,
        "startDate": clock.wire(row.starts_at) if row.starts_at else None,
        "endDate": clock.wire(row.ends_at) if row.ends_at else None,
    }
