"""Tests of connections, which the web asks for and a worker does."""

from __future__ import annotations

from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope
from downbeat.common.tenancy_sql import TenantTable


class Migration(migrations.Migration):
    dependencies = (("executions", "0008_assets"),)
    operations = (
        migrations.CreateModel(
            name="ConnectionCheck",
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
                ("namespace", models.TextField()),
                ("name", models.TextField()),
                ("implementation", models.TextField()),
                ("worker_group", models.TextField()),
                ("worker_id", models.UUIDField(null=True)),
                ("lease_epoch", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ok", models.BooleanField(null=True)),
                ("message", models.TextField(default="")),
            ],
            options={
                "abstract": False,
                "db_table": "connection_check",
                "default_permissions": (),
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("started_at__isnull", True)),
                        fields=["worker_group", "created_at"],
                        name="connection_check_waiting",
                    ),
                    models.Index(fields=["tenant_id", "created_at"], name="connection_check_age"),
                ],
            },
        ),
        TenantTable("connection_check"),
    )
