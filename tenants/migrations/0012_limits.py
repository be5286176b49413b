"""Quotas, kill switches, and each tenant's share of workers that are scarce."""

from __future__ import annotations

from typing import Any, Final

import django.db.models.deletion
from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope
from downbeat.common.tenancy_sql import CompositeForeignKey, InstanceTable, TenantTable


def _id() -> tuple[str, Any]:
    field = models.UUIDField(
        default=downbeat.common.models.uuid7, editable=False, primary_key=True, serialize=False
    )
    return ("id", field)


def _tenant_id() -> tuple[str, Any]:
    default = downbeat.common.scope.current_tenant
    return ("tenant_id", models.UUIDField(default=default, editable=False))


def _gone_with_tenant(table: str) -> migrations.RunSQL:
    name = f"{table}_tenant_fk"
    return migrations.RunSQL(
        f"alter table {table} add constraint {name} foreign key (tenant_id)"
        " references tenants_tenant (id) on delete cascade",
        f"alter table {table} drop constraint {name}",
    )


OWNED: Final = {
    "abstract": False,
    "default_permissions": (),
    "base_manager_name": "objects",
}


class Migration(migrations.Migration):
    dependencies = (("tenants", "0011_joining"),)
    operations = (
        migrations.AddField(
            "tenant", "weight", models.PositiveSmallIntegerField(default=1, db_default=1)
        ),
        migrations.AddField(
            "tenant", "limits_version", models.BigIntegerField(default=1, db_default=1)
        ),
        migrations.CreateModel(
            name="Quota",
            fields=[
                _id(),
                _tenant_id(),
                ("flow_id", models.CharField(blank=True, default="", max_length=150)),
                ("kind", models.CharField(max_length=40)),
                ("amount", models.BigIntegerField()),
                ("policy", models.CharField(max_length=10)),
                ("of_instance", models.BooleanField(default=False)),
                ("updated_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "namespace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="quotas",
                        to="tenants.namespace",
                    ),
                ),
            ],
            options={
                **OWNED,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "namespace", "flow_id", "kind", "of_instance"),
                        name="tenants_quota_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="tenants_quota_amount"
                    ),
                ],
            },
        ),
        TenantTable("tenants_quota"),
        CompositeForeignKey("tenants_quota", ["namespace_id"], "tenants_namespace"),
        migrations.CreateModel(
            name="StorageUse",
            fields=[
                _id(),
                _tenant_id(),
                ("namespace", models.CharField(blank=True, default="", max_length=150)),
                ("used", models.BigIntegerField(default=0)),
                ("measured_at", models.DateTimeField()),
            ],
            options={
                **OWNED,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "namespace"), name="tenants_storageuse_once"
                    )
                ],
            },
        ),
        TenantTable("tenants_storageuse"),
        migrations.CreateModel(
            name="KillSwitch",
            fields=[
                _id(),
                ("namespace", models.CharField(blank=True, default="", max_length=150)),
                ("flow_id", models.CharField(blank=True, default="", max_length=150)),
                ("name", models.CharField(max_length=150)),
                ("reason", models.TextField(blank=True, default="")),
                ("starts", models.CharField(max_length=10)),
                ("running", models.CharField(max_length=10)),
                ("maintenance", models.BooleanField(default=False)),
                ("enabled", models.BooleanField(default=True)),
                ("active", models.BooleanField(default=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("by_id", models.UUIDField(null=True)),
                ("by_name", models.CharField(max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="kill_switches",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["tenant", "namespace"], name="tenants_killswitch_place")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("enabled", True), ("maintenance", True)),
                        fields=("maintenance",),
                        name="tenants_killswitch_maintenance",
                    )
                ],
            },
        ),
        InstanceTable("tenants_killswitch"),
        _gone_with_tenant("tenants_killswitch"),
        migrations.CreateModel(
            name="RequestBucket",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="tenants.tenant",
                    ),
                ),
                ("due_at", models.DateTimeField()),
            ],
            options={"default_permissions": ()},
        ),
        InstanceTable("tenants_requestbucket"),
        _gone_with_tenant("tenants_requestbucket"),
        # It says only when the next request is due: a crash that empties it forgives a minute.
        migrations.RunSQL(
            "alter table tenants_requestbucket set unlogged",
            "alter table tenants_requestbucket set logged",
        ),
    )
