"""Messages, timers, triggers and workers: what moves executions."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import migrations, models

from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant


class Migration(migrations.Migration):
    initial = True
    dependencies = (("executions", "0001_executions"),)
    operations = (
        migrations.CreateModel(
            name="InboxMessage",
            fields=[
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("payload", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(db_default=TransactionNow())),
            ],
            options={
                "db_table": "inbox",
                "indexes": [
                    models.Index(
                        fields=["tenant_id", "execution_id", "id"],
                        name="inbox_by_execution",
                    ),
                    models.Index(fields=["created_at"], name="inbox_by_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Timer",
            fields=[
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("task_run_id", models.UUIDField(null=True)),
                ("kind", models.TextField()),
                ("due_at", models.DateTimeField()),
            ],
            options={
                "db_table": "timer",
                "indexes": [
                    models.Index(fields=["due_at"], name="timer_by_due"),
                    models.Index(fields=["tenant_id", "execution_id"], name="timer_by_execution"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("worker_group", models.TextField()),
                ("host", models.TextField()),
                ("pid", models.IntegerField()),
                ("version", models.TextField(default="")),
                ("slots", models.IntegerField()),
                ("busy", models.IntegerField(default=0)),
                ("state", models.TextField(default="RUNNING")),
                ("started_at", models.DateTimeField()),
                ("heartbeat_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "worker",
                "indexes": [
                    models.Index(
                        condition=models.Q(("stopped_at__isnull", True)),
                        fields=["worker_group", "heartbeat_at"],
                        name="worker_alive",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TriggerState",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField(default=current_tenant, editable=False)),
                ("namespace_id", models.UUIDField()),
                ("namespace", models.TextField()),
                ("flow_id", models.TextField()),
                ("flow_uid", models.UUIDField()),
                ("revision", models.IntegerField()),
                ("trigger_id", models.TextField()),
                ("type", models.TextField()),
                ("family", models.TextField()),
                ("spec", models.JSONField(default=dict)),
                ("webhook_key_hash", models.TextField(null=True)),
                ("source_disabled", models.BooleanField(default=False)),
                ("disabled", models.BooleanField(default=False)),
                ("next_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(null=True)),
                ("evaluated_at", models.DateTimeField(null=True)),
                ("state", models.JSONField(null=True)),
                ("execution_id", models.UUIDField(null=True)),
                ("backfill", models.JSONField(null=True)),
                ("error", models.TextField(null=True)),
                ("worker_group", models.TextField(null=True)),
                ("lease_epoch", models.BigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("worker_id", models.UUIDField(null=True)),
                ("version", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(db_default=TransactionNow())),
                ("updated_at", models.DateTimeField(db_default=TransactionNow())),
            ],
            options={
                "db_table": "trigger_state",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("disabled", False),
                            ("next_at__isnull", False),
                            ("source_disabled", False),
                        ),
                        fields=["next_at"],
                        name="trigger_state_due",
                    ),
                    models.Index(fields=["tenant_id", "flow_uid"], name="trigger_state_by_flow"),
                    models.Index(
                        condition=models.Q(("lease_until__isnull", False)),
                        fields=["lease_until"],
                        name="trigger_state_leased",
                    ),
                    models.Index(
                        condition=models.Q(("execution_id__isnull", False)),
                        fields=["tenant_id", "execution_id"],
                        name="trigger_state_running",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "namespace", "flow_id", "trigger_id"),
                        name="trigger_state_one_per_trigger",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TriggerFired",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "trigger_state_id",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("trigger_state_id", models.UUIDField()),
                ("key", models.TextField()),
                ("execution_id", models.UUIDField()),
                ("logical_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=TransactionNow())),
            ],
            options={
                "db_table": "trigger_fired",
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "route",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("route", models.TextField()),
                ("key", models.TextField()),
                ("body_hash", models.TextField()),
                ("execution_id", models.UUIDField()),
                ("created_at", models.DateTimeField(db_default=TransactionNow())),
            ],
            options={
                "db_table": "idempotency_key",
                "indexes": [models.Index(fields=["created_at"], name="idempotency_key_by_age")],
            },
        ),
    )
