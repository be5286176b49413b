"""An instance with one tenant only: what the operator lends to tasks, they get nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from downbeat.common.scope import tenant_scope
from tenants.facade import ensure_namespace, system_actor
from tenants.services.tenants import create_tenant
from tests.support import database as databases
from tests.support.cast import NAMESPACE, Cast, Member
from tests.support.django_connections import pointed_at
from tests.support.people import newcomer


@contextmanager
def alone(server: databases.Server) -> Iterator[Cast]:
    """Alice in the only tenant of a database of its own; nobody else is there."""
    name = f"downbeat_test_{os.getpid()}_alone"
    with databases.copy(server, name), pointed_at(server, name):
        alice = newcomer()
        tenant = create_tenant("alone", "Alone", admin_id=UUID(alice.id))
        with tenant_scope(tenant.id):
            place = ensure_namespace(system_actor("test"), NAMESPACE)
        nobody = Member(None, None)
        yield Cast(tenant, tenant, place.id, alice.member, nobody, nobody, nobody)
