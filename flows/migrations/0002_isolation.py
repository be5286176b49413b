"""Keeps the tenants of the flows tables apart: keys that start with the tenant, forced policies."""

from __future__ import annotations

from django.db import migrations

from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable


class Migration(migrations.Migration):
    dependencies = (("flows", "0001_flows"), ("tenants", "0002_isolation"))
    operations = (
        TenantTable("flow"),
        CompositeForeignKey("flow", ["namespace_id"], "tenants_namespace", on_delete="restrict"),
        TenantTable("flow_revision"),
        CompositeForeignKey("flow_revision", ["flow_uid"], "flow"),
        TenantTable("key_value"),
        CompositeForeignKey("key_value", ["namespace_id"], "tenants_namespace"),
        TenantTable("namespace_file"),
        CompositeForeignKey("namespace_file", ["namespace_id"], "tenants_namespace"),
    )
