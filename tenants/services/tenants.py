"""Tenants: made with their root, roles and first Admin; taken away with everything."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, connections, transaction
from psycopg import sql

from downbeat.common import events
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from downbeat.common.storage import storage_for
from tenants.contracts import TenantCreated, TenantDeleting, TenantRef
from tenants.errors import BadSlug, TenantExists
from tenants.models import Group, Tenant
from tenants.paths import valid_slug
from tenants.policy import BuiltIn
from tenants.selectors.tables import tenant_tables
from tenants.services import sign_in
from tenants.services.bindings import bind_first_admin, delete_store_groups, make_roles
from tenants.services.namespaces import make_root


def create_tenant(slug: str, name: str, *, admin_id: UUID | None) -> TenantRef:
    """A new tenant; whoever makes it becomes its Admin."""
    if not valid_slug(slug):
        raise BadSlug(slug=slug)
    with transaction.atomic():
        row = _insert(slug, name)
        with tenant_scope(row.id):
            root = make_root()
            roles = make_roles()
            if admin_id is not None:
                bind_first_admin(admin_id, roles[BuiltIn.ADMIN], root)
            events.emit(TenantCreated(row.id, slug))
    sign_in.forget_checked()
    return TenantRef(row.id, row.slug, row.name)


def rename_tenant(tenant: TenantRef, name: str) -> TenantRef:
    """Another name; the slug stays."""
    Tenant.objects.filter(id=tenant.id).update(name=name)
    return TenantRef(tenant.id, tenant.slug, name)


def delete_tenant(slug: str) -> None:
    """Takes a tenant away with everything in it; 409 while executions run."""
    tenant_id = Tenant.objects.filter(slug=slug).values_list("id", flat=True).first()
    if tenant_id is None:
        raise NotFound("tenant")
    with transaction.atomic():
        with tenant_scope(tenant_id):
            events.emit(TenantDeleting(tenant_id, slug))
            store_groups = list(Group.objects.values_list("store_group_id", flat=True))
            _empty_tables()
        delete_store_groups(store_groups)
        Tenant.objects.filter(id=tenant_id).delete()
    storage_for(tenant_id).delete_prefix("")
    sign_in.forget_checked()


def _insert(slug: str, name: str) -> Tenant:
    try:
        with transaction.atomic():
            return Tenant.objects.create(slug=slug, name=name or slug)
    except IntegrityError:
        raise TenantExists(slug=slug) from None


def _empty_tables() -> None:
    """Deletes the tenant's rows, those that point at others first; row-level security names them."""
    with connections["default"].cursor() as cursor:
        for table in tenant_tables():
            cursor.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
