"""Tenants: made with their root, roles and first Admin."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from downbeat.common import events
from downbeat.common.scope import tenant_scope
from tenants.actors import Actor, system_actor
from tenants.audit_words import Change
from tenants.contracts import TenantCreated, TenantRef
from tenants.errors import BadSlug, TenantExists
from tenants.models import Tenant
from tenants.paths import valid_slug
from tenants.policy import BuiltIn
from tenants.services import audit, data_keys, sign_in
from tenants.services.bindings import bind_first_admin
from tenants.services.namespaces import make_root
from tenants.services.roles import make_roles


def create_tenant(
    slug: str, name: str, *, admin_id: UUID | None, by: Actor | None = None
) -> TenantRef:
    """A new tenant; whoever makes it becomes its Admin. Without an actor it is the console's."""
    actor = by or system_actor("console")
    change = Change.of("tenant", "created", slug, admin=admin_id)
    if not valid_slug(slug):
        raise BadSlug(slug=slug)
    with transaction.atomic():
        row = _insert(slug, name)
        with tenant_scope(row.id):
            root = make_root()
            roles = make_roles()
            _make_key()
            if admin_id is not None:
                bind_first_admin(admin_id, roles[BuiltIn.ADMIN], root)
            audit.record(actor, change, after={"id": row.id, "name": row.name})
            events.emit(TenantCreated(row.id, slug))
        audit.record_instance(actor, change, after={"id": row.id, "name": row.name})
    sign_in.forget_checked()
    return TenantRef(row.id, row.slug, row.name)


def _make_key() -> None:
    """Its data key, so that no work has to wait for the making of it later."""
    if settings.ENCRYPTION_KEYS:
        data_keys.make()


def _insert(slug: str, name: str) -> Tenant:
    try:
        with transaction.atomic():
            return Tenant.objects.create(slug=slug, name=name or slug)
    except IntegrityError:
        raise TenantExists(slug=slug) from None
