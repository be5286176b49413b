"""Executions that a tenant's suspension paused, so that its end lets exactly those go on."""

from __future__ import annotations

from django.db import migrations

from downbeat.common.tenancy_sql import TenantTable

CREATE = """
create table held_execution (
    tenant_id uuid not null,
    execution_id uuid not null,
    held_at timestamptz not null default now(),
    primary key (tenant_id, execution_id)
)
"""


class Migration(migrations.Migration):
    dependencies = (
        ("executions", "0013_worker_groups"),
        ("tenants", "0014_tenant_life"),
    )
    operations = (
        migrations.RunSQL(CREATE, "drop table held_execution"),
        TenantTable("held_execution", has_id=False),
    )
