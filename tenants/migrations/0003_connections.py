"""Connections of namespaces, and the rights to them for those whose built-in role has them now."""

from __future__ import annotations

from typing import Final

import django.db.models.deletion
from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope
from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable

VERBS: Final = {
    "flow": ("view", "create", "edit", "delete"),
    "execution": ("view", "create", "edit", "kill", "delete"),
    "trigger": ("view", "edit", "delete"),
    "log": ("view", "delete"),
    "metric": ("view",),
    "output": ("view",),
    "kv": ("view", "edit", "delete"),
    "secret": ("view", "edit", "delete"),
    "connection": ("view", "edit", "delete"),
    "file": ("view", "edit", "delete"),
    "namespace": ("view", "create", "edit", "delete"),
    "plugin": ("view",),
    "tenant": ("view", "edit", "delete"),
    "user": ("view", "edit"),
    "group": ("view", "edit"),
    "role": ("view", "edit"),
    "binding": ("view", "edit"),
    "serviceaccount": ("view", "edit"),
    "quota": ("view", "edit"),
    "audit": ("view",),
}
PERMISSIONS: Final = [f"{what}.{verb}" for what, verbs in VERBS.items() for verb in verbs]
_NEW: Final = "array['connection.view', 'connection.edit', 'connection.delete']"
_ROLES: Final = "r.built_in and r.name in ('Admin', 'Editor')"
_HELD: Final = f"""
  from tenants_binding b
  join tenants_role r on r.tenant_id = b.tenant_id and r.id = b.role_id and {_ROLES}
  join django_content_type t on t.app_label = 'tenants' and t.model = 'namespace'
  join auth_permission p on p.content_type_id = t.id and p.codename = any({_NEW})
"""
# An instance that is new has no roles yet, and gets the permissions after its migrations.
GIVE: Final = (
    f"""
    insert into auth_permission (name, content_type_id, codename)
    select known, t.id, known from django_content_type t, unnest({_NEW}) known
     where t.app_label = 'tenants' and t.model = 'namespace'
    on conflict do nothing
    """,
    f"""
    update tenants_role r set permissions = array(
        select distinct name from unnest(r.permissions || {_NEW}::varchar[]) name order by name)
     where {_ROLES}
    """,
    f"""
    insert into tenants_namespaceuserpermission
           (tenant_id, user_id, content_object_id, permission_id)
    select distinct b.tenant_id, b.user_id, b.namespace_id, p.id {_HELD}
     where b.user_id is not null
    on conflict do nothing
    """,
    f"""
    insert into tenants_namespacegrouppermission
           (tenant_id, group_id, content_object_id, permission_id)
    select distinct b.tenant_id, g.store_group_id, b.namespace_id, p.id {_HELD}
      join tenants_group g on g.tenant_id = b.tenant_id and g.id = b.group_id
    on conflict do nothing
    """,
)


class Migration(migrations.Migration):
    dependencies = (("tenants", "0002_isolation"),)
    operations = (
        migrations.AlterModelOptions(
            name="namespace",
            options={
                "base_manager_name": "objects",
                "default_permissions": (),
                "permissions": [(name, name) for name in PERMISSIONS],
            },
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=downbeat.common.models.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "tenant_id",
                    models.UUIDField(default=downbeat.common.scope.current_tenant, editable=False),
                ),
                ("name", models.CharField(max_length=150)),
                ("kind", models.CharField(max_length=150)),
                ("description", models.TextField(blank=True, default="")),
                ("values", models.TextField()),
                ("version", models.IntegerField(default=1)),
                ("updated_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "namespace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="connections",
                        to="tenants.namespace",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "namespace", "name"), name="tenants_connection_name"
                    )
                ],
            },
        ),
        TenantTable("tenants_connection"),
        CompositeForeignKey("tenants_connection", ["namespace_id"], "tenants_namespace"),
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in GIVE),
    )
