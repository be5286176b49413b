"""Asks for tests of connections, and reads what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from downbeat.common import clock
from downbeat.common.errors import Invalid
from downbeat.common.scope import current_tenant, tenant_scope
from downbeat.sdk.connection import Connection
from executions.models import ConnectionCheck
from executions.runtime import queues
from flows import facade as flows
from tenants import facade as tenants
from tenants.access import require
from tenants.actors import Actor

KEPT: Final = timedelta(minutes=10)
DEFAULT_GROUP: Final = "default"


class NoCheck(Invalid):
    """Connections of the type `{type}` cannot be tested."""

    code = "connection.no_check"


class TypeGone(Invalid):
    """No installed plug-in has connections of the type `{type}`."""

    code = "connection.type_gone"


@dataclass(frozen=True, slots=True)
class Checked:
    """A test of a connection at one moment."""

    group: str
    started_at: datetime | None
    ended_at: datetime | None
    ok: bool
    message: str


def ask(actor: Actor, namespace: str, name: str) -> UUID:
    """Asks the workers of a namespace to test one of its connections; returns the test's id."""
    with tenant_scope(current_tenant()):
        require(actor, "connection.edit", namespace)
        found = tenants.connection(actor, namespace, name)
        kind = flows.registry().connection(found.type)
        if kind is None:
            raise TypeGone(type=found.type)
        if kind.check is Connection.check:
            raise NoCheck(type=found.type)
        place = tenants.namespace(namespace)
        now = clock.now()
        ConnectionCheck.objects.filter(created_at__lt=now - KEPT).delete()
        row = ConnectionCheck.objects.create(
            namespace=found.namespace,
            name=found.name,
            implementation=f"{kind.__module__}:{kind.__qualname__}",
            worker_group=queues.queue_for(
                current_tenant(), (place and place.worker_group) or DEFAULT_GROUP
            ),
            created_at=now,
        )
        queues.ring("schedule", row.tenant_id, row.id, queue=row.worker_group)
        return row.id


def outcome(tenant_id: UUID, id: UUID) -> Checked:
    """What is known of a test now."""
    with tenant_scope(tenant_id):
        row = ConnectionCheck.objects.get(id=id)
    return Checked(row.worker_group, row.started_at, row.ended_at, bool(row.ok), row.message)
