"""Outputs that later runs of the same task take over, and what a queued attempt does alone."""

from __future__ import annotations

from django.db import migrations, models

from downbeat.common.tenancy_sql import TenantTable

KEY = ("tenant_id", "namespace", "flow_id", "task_id", "digest")


class Migration(migrations.Migration):
    dependencies = (("executions", "0004_flow_triggers"),)
    operations = (
        migrations.CreateModel(
            name="CachedOutputs",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        *KEY, blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("namespace", models.TextField()),
                ("flow_id", models.TextField()),
                ("task_id", models.TextField()),
                ("digest", models.TextField()),
                ("outputs", models.JSONField()),
                ("execution_id", models.UUIDField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "task_cache",
                "indexes": [models.Index(fields=["expires_at"], name="task_cache_by_end")],
            },
        ),
        TenantTable("task_cache", has_id=False),
        migrations.AddField("attempt", "fallback", models.TextField(null=True)),
        migrations.AddIndex(
            "attempt",
            models.Index(
                condition=models.Q(("fallback__isnull", False), ("state", "QUEUED")),
                fields=["worker_group"],
                name="attempt_to_give_up",
            ),
        ),
    )
