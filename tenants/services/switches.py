"""Kill switches and the maintenance of the instance: set, lifted, and turned by their dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Q

from downbeat.common import clock, events
from downbeat.common.errors import Conflict
from downbeat.common.scope import current_tenant, tenant_scope
from tenants.access import can, require
from tenants.actors import Actor, system_actor
from tenants.audit_words import Change
from tenants.ceilings import Running, Starts
from tenants.contracts import LimitsChanged
from tenants.errors import BadSwitch, SwitchNotFound, SwitchOfInstance
from tenants.models import KillSwitch, Namespace, Tenant
from tenants.services import audit, limits

T = TypeVar("T")
MAINTENANCE = "maintenance"
_TURN = """
update tenants_killswitch
   set active = enabled and starts_at <= now() and (ends_at is null or ends_at > now()),
       enabled = enabled and (ends_at is null or ends_at > now())
 where active <> (enabled and starts_at <= now() and (ends_at is null or ends_at > now()))
returning id
"""


class MaintenanceIsOn(Conflict):
    """The instance is in maintenance already, since {since}."""

    code = "maintenance.on"


class MaintenanceIsOff(Conflict):
    """The instance is not in maintenance."""

    code = "maintenance.off"


@dataclass(frozen=True)
class NewSwitch:
    """A switch as somebody writes it; ``tenant`` is None for the whole instance."""

    name: str
    tenant: UUID | None = None
    namespace: str = ""
    flow_id: str = ""
    reason: str = ""
    starts: Starts = Starts.QUEUE
    running: Running = Running.CONTINUE
    enabled: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def of_tenant(actor: Actor) -> list[KillSwitch]:
    """The tenant's switches that one may see, and those of the instance that are on."""
    tenant_id = current_tenant()
    rows = KillSwitch.objects.filter(tenant_id=tenant_id).order_by("-starts_at", "-id")
    above = KillSwitch.objects.filter(tenant_id__isnull=True, active=True).order_by("-starts_at")
    with tenant_scope(tenant_id):
        own = [row for row in rows if can(actor, "quota.view", row.namespace or None)]
    return [*above, *own]


def create_of_tenant(actor: Actor, new: NewSwitch) -> KillSwitch:
    """A switch in the current tenant."""
    with tenant_scope(current_tenant()):
        require(actor, "quota.edit", _place(new.namespace))
        return _insert(actor, replace(new, tenant=current_tenant()))


def change_of_tenant(actor: Actor, id: UUID, new: NewSwitch) -> KillSwitch:
    """Says anew what a switch of the tenant stops."""
    with tenant_scope(current_tenant()):
        row = _own(actor, id)
        require(actor, "quota.edit", _place(new.namespace))
        return _change(actor, row, replace(new, tenant=current_tenant()))


def delete_of_tenant(actor: Actor, id: UUID) -> None:
    """Lifts a switch of the tenant: what waits goes on, what it paused is resumed."""
    with tenant_scope(current_tenant()):
        _delete(actor, _own(actor, id))


def of_instance() -> list[KillSwitch]:
    """All switches of the instance and of its tenants."""
    rows = KillSwitch.objects.select_related("tenant").filter(maintenance=False)
    return list(rows.order_by("-starts_at", "-id"))


def everywhere() -> list[KillSwitch]:
    """Those that stop the whole instance now, for everybody who is signed in."""
    rows = KillSwitch.objects.filter(tenant_id__isnull=True, active=True, maintenance=False)
    return list(rows.order_by("-starts_at", "-id"))


def create(actor: Actor, new: NewSwitch) -> KillSwitch:
    """A switch that an admin of the instance sets, on a tenant or on all."""
    if new.tenant is None and (new.namespace or new.flow_id):
        raise BadSwitch(reason="a namespace or a flow is one of a tenant: name it")
    with transaction.atomic():
        return _within(new.tenant, lambda: _insert(actor, new))


def change(actor: Actor, id: UUID, new: NewSwitch) -> KillSwitch:
    """Says anew what a switch stops; where it is stays as it is."""
    with transaction.atomic():
        row = _any(id)
        wanted = replace(new, tenant=row.tenant_id)
        return _within(row.tenant_id, lambda: _change(actor, row, wanted))


def delete(actor: Actor, id: UUID) -> None:
    """Lifts any switch."""
    with transaction.atomic():
        row = _any(id)
        _within(row.tenant_id, lambda: _delete(actor, row))


def enter_maintenance(actor: Actor, reason: str, ends_at: datetime | None) -> KillSwitch:
    """Nothing new begins anywhere from now on; what runs goes on, what is started waits."""
    with transaction.atomic():
        found = KillSwitch.objects.select_for_update().filter(maintenance=True, enabled=True)
        row = found.first()
        if row is not None:
            raise MaintenanceIsOn(since=clock.wire(row.starts_at))
        new = NewSwitch(name=MAINTENANCE, reason=reason, ends_at=ends_at)
        return _insert(actor, new, maintenance=True)


def leave_maintenance(actor: Actor) -> None:
    """What waits begins."""
    with transaction.atomic():
        row = KillSwitch.objects.filter(maintenance=True, enabled=True).first()
        if row is None:
            raise MaintenanceIsOff
        _delete(actor, row)


def turn_by_date() -> int:
    """Turns on and off the switches whose dates have come, by the database's clock."""
    with transaction.atomic():
        with connections["default"].cursor() as cursor:
            cursor.execute(_TURN)
            turned = [row[0] for row in cursor.fetchall()]
        actor = system_actor("a date of a switch has come")
        for row in KillSwitch.objects.filter(id__in=turned).order_by("id"):
            event = "began" if row.active else "expired"
            _within(row.tenant_id, partial(_tell, actor, row, event, None))
    return len(turned)


def _within(tenant: UUID | None, act: Callable[[], T]) -> T:
    if tenant is None:
        return act()
    with tenant_scope(tenant):
        return act()


def _place(path: str) -> UUID | None:
    if not path:
        return None
    found = Namespace.objects.filter(path=path).values_list("id", flat=True).first()
    if found is None:
        raise BadSwitch(reason=f"there is no namespace {path}")
    return found


def _own(actor: Actor, id: UUID) -> KillSwitch:
    mine = Q(tenant_id=current_tenant()) | Q(tenant_id__isnull=True)
    row = KillSwitch.objects.filter(mine, id=id).first()
    if row is None:
        raise SwitchNotFound
    if row.tenant_id is None:
        raise SwitchOfInstance
    require(actor, "quota.edit", _place(row.namespace))
    return row


def _any(id: UUID) -> KillSwitch:
    row = KillSwitch.objects.filter(id=id, maintenance=False).first()
    if row is None:
        raise SwitchNotFound
    return row


def _checked(new: NewSwitch) -> None:
    if new.flow_id and not new.namespace:
        raise BadSwitch(reason="a flow is named with its namespace")
    if new.ends_at is not None and new.ends_at <= (new.starts_at or clock.now()):
        raise BadSwitch(reason="it ends before it begins")


def _insert(actor: Actor, new: NewSwitch, *, maintenance: bool = False) -> KillSwitch:
    _checked(new)
    row = KillSwitch(
        tenant_id=new.tenant, maintenance=maintenance, by_id=actor.id, by_name=actor.name[:300]
    )
    _fill(row, new)
    row.save(force_insert=True)
    _tell(actor, row, "created", None)
    return row


def _change(actor: Actor, row: KillSwitch, new: NewSwitch) -> KillSwitch:
    _checked(new)
    before = _state(row)
    _fill(row, new)
    row.save()
    _tell(actor, row, "updated", before)
    return row


def _fill(row: KillSwitch, new: NewSwitch) -> None:
    now = clock.now()
    row.name, row.reason = new.name, new.reason
    row.namespace, row.flow_id = new.namespace, new.flow_id
    row.starts, row.running = new.starts, new.running
    row.enabled, row.ends_at = new.enabled, new.ends_at
    if new.starts_at is not None or row._state.adding:
        row.starts_at = new.starts_at or now
    row.active = new.enabled and row.starts_at <= now


def _delete(actor: Actor, row: KillSwitch) -> None:
    before, tenant = _state(row), row.tenant_id
    KillSwitch.objects.filter(id=row.id).delete()
    row.tenant_id = tenant
    _tell(actor, row, "deleted", before)


def _tell(actor: Actor, row: KillSwitch, event: str, before: dict[str, Any] | None) -> None:
    """Audits a change, and lets it count; of the instance, tenant by tenant."""
    word = MAINTENANCE if row.maintenance else "kill_switch"
    change = Change.of("quota", f"{word}_{event}", row.id, namespace=row.namespace)
    after = None if event == "deleted" else _state(row)
    if row.tenant_id is not None:
        audit.record(actor, change, before=before, after=after)
        limits.changed(row.tenant_id)
        return
    audit.record_instance(actor, change, before=before, after=after)
    for tenant_id in limits.changed_everywhere():
        with tenant_scope(tenant_id):
            events.emit(LimitsChanged(tenant_id))


def _state(row: KillSwitch) -> dict[str, Any]:
    tenant = row.tenant_id and Tenant.objects.filter(id=row.tenant_id).values_list(
        "slug", flat=True
    )
    return {
        "tenant": tenant.first() if tenant else None,
        "namespace": row.namespace,
        "flowId": row.flow_id,
        "name": row.name,
        "reason": row.reason,
        "starts": row.starts,
        "running": row.running,
        "enabled": row.enabled,
        "startsAt": clock.wire(row.starts_at),
        "endsAt": clock.wire(row.ends_at) if row.ends_at else None,
    }
