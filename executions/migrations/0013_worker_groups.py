"""Worker groups with tokens, and what remote workers were given."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import downbeat.common.models
from downbeat.common.tenancy_sql import InstanceTable

DEFAULT_GROUP = """
insert into worker_group (id, key, queue, description, created_at, updated_at)
values ('01900000-0000-7000-8000-0000000000d0', 'default', 'default',
        'Runs whatever names no other group.', now(), now())
"""
OF_TENANT = """
alter table worker_group add constraint worker_group_tenant_fk
    foreign key (tenant_id) references tenants_tenant (id) on delete cascade
"""


class Migration(migrations.Migration):
    dependencies = (("executions", "0011_limits"), ("tenants", "0002_isolation"))
    operations = (
        migrations.AddField(
            "worker",
            "labels",
            models.JSONField(default=dict, db_default=models.Value({}, models.JSONField())),
        ),
        migrations.AddField(
            "worker", "remote", models.BooleanField(default=False, db_default=False)
        ),
        migrations.AddField("worker", "token_id", models.UUIDField(null=True)),
        migrations.AddField("worker", "listening_until", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="WorkerGroup",
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
                ("tenant_id", models.UUIDField(null=True)),
                ("key", models.TextField()),
                ("queue", models.TextField(unique=True)),
                ("description", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={"db_table": "worker_group", "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="WorkerToken",
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
                ("name", models.TextField()),
                ("lookup", models.CharField(max_length=12, unique=True)),
                ("digest", models.BinaryField(max_length=32)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to="executions.workergroup",
                    ),
                ),
            ],
            options={"db_table": "worker_token", "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="WorkerAssignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                ("task_run_id", models.UUIDField()),
                ("number", models.IntegerField()),
                ("epoch", models.BigIntegerField()),
                ("assigned_at", models.DateTimeField(auto_now_add=True)),
                (
                    "worker",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="assignments",
                        to="executions.worker",
                    ),
                ),
            ],
            options={
                "db_table": "worker_assignment",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "worker",
                            "tenant_id",
                            "execution_id",
                            "task_run_id",
                            "number",
                            "epoch",
                        ),
                        name="worker_assignment_once",
                    )
                ],
            },
        ),
        InstanceTable("worker_group"),
        InstanceTable("worker_token"),
        InstanceTable("worker_assignment"),
        migrations.RunSQL(OF_TENANT, migrations.RunSQL.noop),
        migrations.RunSQL(
            "alter table worker_assignment add constraint worker_assignment_worker_fk"
            " foreign key (worker_id) references worker (id) on delete cascade",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(DEFAULT_GROUP, migrations.RunSQL.noop),
    )
