"""What quotas are counted by; and the queue of a worker group, tenant by tenant."""

from __future__ import annotations

import django.contrib.postgres.functions
from django.db import migrations, models

from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable

NOW = django.contrib.postgres.functions.TransactionNow


class Migration(migrations.Migration):
    dependencies = (("executions", "0009_connection_checks"),)
    operations = (
        migrations.RemoveIndex("attempt", "attempt_to_claim"),
        migrations.AddIndex(
            "attempt",
            models.Index(
                condition=models.Q(("state", "QUEUED")),
                fields=["worker_group", "tenant_id", "-priority", "execution_id", "task_run_id"],
                name="attempt_to_claim",
            ),
        ),
        migrations.CreateModel(
            name="ExecutionStart",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tenant_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("namespace", models.TextField()),
                ("flow_id", models.TextField()),
                ("execution_id", models.UUIDField()),
                ("at", models.DateTimeField(db_default=NOW())),
            ],
            options={
                "db_table": "execution_start",
                "indexes": [
                    models.Index(fields=["tenant_id", "kind", "at"], name="execution_start_recent")
                ],
            },
        ),
        TenantTable("execution_start"),
        CompositeForeignKey("execution_start", ("execution_id",), "execution"),
        migrations.CreateModel(
            name="LogUse",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "day", "namespace", "flow_id",
                        blank=True, editable=False, primary_key=True, serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("day", models.DateField()),
                ("namespace", models.TextField()),
                ("flow_id", models.TextField()),
                ("used", models.BigIntegerField(default=0)),
            ],
            options={"db_table": "log_use"},
        ),
        TenantTable("log_use", has_id=False),
        migrations.CreateModel(
            name="LogCut",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "execution_id",
                        blank=True, editable=False, primary_key=True, serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                ("quota", models.TextField()),
                ("lines", models.BigIntegerField(default=0)),
                ("bytes", models.BigIntegerField(default=0)),
                ("at", models.DateTimeField(db_default=NOW())),
            ],
            options={"db_table": "log_cut"},
        ),
        TenantTable("log_cut", has_id=False),
        CompositeForeignKey("log_cut", ("execution_id",), "execution"),
        migrations.CreateModel(
            name="SwitchPause",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id", "execution_id",
                        blank=True, editable=False, primary_key=True, serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                ("switch_id", models.UUIDField()),
            ],
            options={"db_table": "switch_pause"},
        ),
        TenantTable("switch_pause", has_id=False),
        CompositeForeignKey("switch_pause", ("execution_id",), "execution"),
    )  # fmt: skip
