"""Executions, their task runs and attempts, and what these leave behind."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models.functions import Now

from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant
from executions.migrations._partitions import CreatePartitioned


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="Execution",
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
                ("state", models.TextField()),
                ("histories", models.JSONField(default=list)),
                ("inputs", models.JSONField(default=dict)),
                ("variables", models.JSONField(default=dict)),
                ("labels", models.JSONField(default=list)),
                ("trigger", models.JSONField(null=True)),
                ("trigger_id", models.TextField(null=True)),
                ("parent_id", models.UUIDField(null=True)),
                ("parent_task_run_id", models.UUIDField(null=True)),
                ("original_id", models.UUIDField()),
                ("replay_of", models.UUIDField(null=True)),
                ("attempt_number", models.IntegerField(default=1)),
                ("kind", models.TextField(null=True)),
                ("scheduled_at", models.DateTimeField(null=True)),
                ("priority", models.IntegerField(default=0)),
                ("worker_group", models.TextField(default="default")),
                ("kill_requested_at", models.DateTimeField(null=True)),
                ("pause_requested_at", models.DateTimeField(null=True)),
                ("breakpoints", models.JSONField(null=True)),
                ("progress", models.JSONField(default=dict)),
                ("facts", models.JSONField(default=dict)),
                ("outputs", models.JSONField(null=True)),
                ("error", models.TextField(null=True)),
                ("reason", models.JSONField(null=True)),
                ("seq", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("deleted_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "execution",
                "indexes": [
                    models.Index(
                        fields=["tenant_id", "namespace", "flow_id", "id"],
                        name="execution_by_flow",
                    ),
                    models.Index(fields=["tenant_id", "state", "id"], name="execution_by_state"),
                    models.Index(
                        fields=["tenant_id", "namespace_id", "id"],
                        name="execution_by_namespace",
                    ),
                    models.Index(
                        condition=models.Q(("parent_id__isnull", False)),
                        fields=["tenant_id", "parent_id"],
                        name="execution_by_parent",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["tenant_id", "flow_uid", "id"],
                        name="execution_live_by_flow",
                    ),
                    GinIndex(
                        fields=["labels"],
                        name="execution_by_label",
                        opclasses=["jsonb_path_ops"],
                    ),
                ],
            },
        ),
        CreatePartitioned(
            name="TaskRun",
            fields=[
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "execution_id",
                        "id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("id", models.UUIDField(default=uuid7, editable=False)),
                ("node", models.IntegerField()),
                ("task_id", models.TextField()),
                ("parent_id", models.UUIDField(null=True)),
                (
                    "ancestors",
                    ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                (
                    "path",
                    ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("iteration", models.IntegerField(null=True)),
                ("value", models.TextField(null=True)),
                ("items", models.TextField(null=True)),
                ("state", models.TextField()),
                ("histories", models.JSONField(default=list)),
                ("progress", models.JSONField(null=True)),
                ("facts", models.JSONField(default=dict)),
                ("loop_values", models.JSONField(null=True)),
                ("tries", models.JSONField(default=list)),
                ("attempts", models.IntegerField(default=0)),
                ("lost", models.IntegerField(default=0)),
                ("run_after", models.DateTimeField(null=True)),
                ("remembered", models.JSONField(null=True)),
                ("child_id", models.UUIDField(null=True)),
                ("folded", models.BooleanField(default=False)),
                ("dynamic", models.BooleanField(default=False)),
                ("error", models.TextField(null=True)),
                ("reason", models.JSONField(null=True)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "task_run",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["tenant_id", "execution_id"],
                        name="task_run_live",
                    ),
                    models.Index(
                        fields=["tenant_id", "execution_id", "task_id"],
                        name="task_run_by_task",
                    ),
                ],
            },
        ),
        CreatePartitioned(
            name="Attempt",
            fields=[
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "execution_id",
                        "task_run_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("task_run_id", models.UUIDField()),
                ("number", models.IntegerField()),
                ("kind", models.TextField(default="task")),
                ("state", models.TextField()),
                ("histories", models.JSONField(default=list)),
                ("worker_group", models.TextField()),
                ("priority", models.IntegerField(default=0)),
                ("run_after", models.DateTimeField(null=True)),
                ("lease_epoch", models.BigIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("worker_id", models.UUIDField(null=True)),
                ("kill_requested", models.BooleanField(default=False)),
                ("dispatched_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(null=True)),
                ("error", models.TextField(null=True)),
                ("log_file", models.TextField(null=True)),
            ],
            options={
                "db_table": "attempt",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "QUEUED")),
                        fields=[
                            "worker_group",
                            "-priority",
                            "execution_id",
                            "task_run_id",
                        ],
                        name="attempt_to_claim",
                    ),
                    models.Index(
                        condition=models.Q(("state", "RUNNING")),
                        fields=["lease_until"],
                        name="attempt_leased",
                    ),
                    models.Index(
                        condition=models.Q(("state", "RUNNING")),
                        fields=["worker_id"],
                        name="attempt_by_worker",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("tenant_id", "execution_id", "task_run_id"),
                        name="attempt_one_live",
                    )
                ],
            },
        ),
        CreatePartitioned(
            name="Output",
            fields=[
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "execution_id",
                        "task_run_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("task_run_id", models.UUIDField()),
                ("task_id", models.TextField()),
                (
                    "path",
                    ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("value", models.JSONField(null=True)),
                ("uri", models.TextField(null=True)),
                ("size", models.IntegerField()),
            ],
            options={
                "db_table": "output",
                "indexes": [
                    models.Index(
                        fields=["tenant_id", "execution_id", "task_id", "path"],
                        name="output_by_task",
                    )
                ],
            },
        ),
        CreatePartitioned(
            name="LogLine",
            fields=[
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "execution_id",
                        "idx",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("idx", models.BigIntegerField()),
                ("task_run_id", models.UUIDField(null=True)),
                ("task_id", models.TextField(null=True)),
                ("attempt_number", models.IntegerField(default=0)),
                ("epoch", models.BigIntegerField(default=0)),
                ("seq", models.IntegerField(default=0)),
                ("level", models.TextField()),
                ("at", models.DateTimeField()),
                ("message", models.TextField()),
            ],
            options={
                "db_table": "log_line",
                "indexes": [
                    models.Index(
                        fields=["tenant_id", "execution_id", "task_run_id", "idx"],
                        name="log_line_by_task_run",
                    )
                ],
            },
        ),
        CreatePartitioned(
            name="Metric",
            fields=[
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "execution_id",
                        "idx",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("idx", models.BigIntegerField()),
                ("task_run_id", models.UUIDField()),
                ("task_id", models.TextField()),
                ("attempt_number", models.IntegerField(default=0)),
                ("name", models.TextField()),
                ("kind", models.TextField()),
                ("value", models.FloatField()),
                ("tags", models.JSONField(default=dict)),
                ("at", models.DateTimeField(db_default=Now())),
            ],
            options={
                "db_table": "metric",
            },
        ),
        CreatePartitioned(
            name="Journal",
            fields=[
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "execution_id",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("events", models.JSONField()),
            ],
            options={
                "db_table": "journal",
            },
        ),
    )
