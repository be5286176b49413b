"""Assets, the tasks that read and write them, and what flows into what."""

from __future__ import annotations

from typing import Final

from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope
from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable

USE: Final = ("tenant_id", "asset_id", "namespace_id", "flow_id", "task_id", "direction")
EDGE: Final = ("tenant_id", "source_id", "target_id", "namespace_id", "flow_id", "task_id")


def key(*fields: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(
        *fields, blank=True, editable=False, primary_key=True, serialize=False
    )


def of_task() -> list[tuple[str, models.Field]]:
    return [
        ("tenant_id", models.UUIDField()),
        ("namespace_id", models.UUIDField()),
        ("namespace", models.TextField()),
        ("flow_id", models.TextField()),
        ("task_id", models.TextField()),
        ("revision", models.IntegerField()),
        ("execution_id", models.UUIDField()),
        ("task_run_id", models.UUIDField()),
        ("at", models.DateTimeField()),
        ("kind", models.TextField()),
    ]


class Migration(migrations.Migration):
    dependencies = (
        ("executions", "0007_trails"),
        ("tenants", "0002_isolation"),
    )
    operations = (
        migrations.CreateModel(
            name="Asset",
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
                ("uri", models.TextField()),
                ("type", models.TextField(null=True)),
                ("name", models.TextField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("execution_id", models.UUIDField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "db_table": "asset",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id", "uri"), name="asset_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AssetUse",
            fields=[
                ("pk", key(*USE)),
                *of_task(),
                ("asset_id", models.UUIDField()),
                ("direction", models.TextField()),
            ],
            options={
                "db_table": "asset_use",
                "indexes": [
                    models.Index(
                        fields=["tenant_id", "namespace_id", "asset_id"], name="asset_use_in"
                    ),
                    models.Index(
                        fields=["tenant_id", "execution_id"], name="asset_use_by_execution"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LineageEdge",
            fields=[
                ("pk", key(*EDGE)),
                *of_task(),
                ("source_id", models.UUIDField()),
                ("target_id", models.UUIDField()),
            ],
            options={
                "db_table": "lineage_edge",
                "indexes": [
                    models.Index(fields=["tenant_id", "target_id"], name="lineage_edge_into"),
                    models.Index(fields=["tenant_id", "namespace_id"], name="lineage_edge_in"),
                ],
            },
        ),
        TenantTable("asset"),
        TenantTable("asset_use", has_id=False),
        TenantTable("lineage_edge", has_id=False),
        CompositeForeignKey("asset_use", ("asset_id",), "asset"),
        CompositeForeignKey("asset_use", ("namespace_id",), "tenants_namespace"),
        CompositeForeignKey("lineage_edge", ("source_id",), "asset"),
        CompositeForeignKey("lineage_edge", ("target_id",), "asset"),
        CompositeForeignKey("lineage_edge", ("namespace_id",), "tenants_namespace"),
    )
