"""Row-level security, grants and composite keys of the tenants app's tables."""

from __future__ import annotations

from django.db import migrations

from downbeat.common.tenancy_sql import CompositeForeignKey, InstanceTable, TenantTable

READ = "select"
# Who goes, goes in every tenant: the database follows them where no tenant's scope could.
GONE_WITH = (
    ("tenants_user", "home_tenant_id", "tenants_tenant"),
    ("tenants_tenantaccess", "tenant_id", "tenants_tenant"),
    ("tenants_tenantaccess", "user_id", "tenants_user"),
    ("tenants_apitoken", "user_id", "tenants_user"),
    ("tenants_membership", "user_id", "tenants_user"),
    ("tenants_binding", "user_id", "tenants_user"),
    ("tenants_namespaceuserpermission", "user_id", "tenants_user"),
    ("tenants_namespacegrouppermission", "group_id", "auth_group"),
    ("tenants_group", "store_group_id", "auth_group"),
)


def _gone_with(table: str, column: str, owner: str) -> migrations.RunSQL:
    name = f"{table}_{column}_owner_fk"
    return migrations.RunSQL(
        f"alter table {table} add constraint {name} foreign key ({column})"
        f" references {owner} (id) on delete cascade",
        f"alter table {table} drop constraint {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0001_tenants"),
        ("sessions", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        InstanceTable("tenants_tenant"),
        InstanceTable("tenants_tenantaccess"),
        InstanceTable("tenants_user"),
        InstanceTable("tenants_apitoken"),
        InstanceTable("django_session"),
        InstanceTable("auth_group"),
        InstanceTable("auth_permission", app=READ),
        InstanceTable("auth_group_permissions", app="select, delete"),
        InstanceTable("django_content_type", app=READ),
        InstanceTable("django_migrations", app=READ),
        TenantTable("tenants_namespace"),
        TenantTable("tenants_role"),
        TenantTable("tenants_group"),
        TenantTable("tenants_membership"),
        TenantTable("tenants_binding"),
        TenantTable("tenants_secret"),
        TenantTable("tenants_namespaceuserpermission"),
        TenantTable("tenants_namespacegrouppermission"),
        migrations.RunSQL(
            "alter table tenants_namespace add constraint tenants_namespace_tenant_fk"
            " foreign key (tenant_id) references tenants_tenant (id)",
            "alter table tenants_namespace drop constraint tenants_namespace_tenant_fk",
        ),
        CompositeForeignKey(
            "tenants_namespace", ["parent_id"], "tenants_namespace", on_delete="no action"
        ),
        *(_gone_with(table, column, owner) for table, column, owner in GONE_WITH),
        CompositeForeignKey("tenants_membership", ["group_id"], "tenants_group"),
        CompositeForeignKey("tenants_binding", ["group_id"], "tenants_group"),
        CompositeForeignKey("tenants_binding", ["role_id"], "tenants_role", on_delete="restrict"),
        CompositeForeignKey("tenants_binding", ["namespace_id"], "tenants_namespace"),
        CompositeForeignKey("tenants_secret", ["namespace_id"], "tenants_namespace"),
        CompositeForeignKey(
            "tenants_namespaceuserpermission", ["content_object_id"], "tenants_namespace"
        ),
        CompositeForeignKey(
            "tenants_namespacegrouppermission", ["content_object_id"], "tenants_namespace"
        ),
    ]
