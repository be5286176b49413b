"""What flow triggers listen to, have still to judge, and remember of their windows."""

from __future__ import annotations

from typing import Final

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models.functions import Now

from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable

TABLES: Final = ("trigger_listener", "trigger_event", "trigger_window")

# Rows come and go with every change that is listened to: dead ones must not pile up.
NUMBERS: Final = """
create sequence trigger_event_number as bigint;
grant usage on sequence trigger_event_number to downbeat_app, downbeat_system;
alter table trigger_event alter column number set default nextval('trigger_event_number');
alter table trigger_event
    set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
"""


class Migration(migrations.Migration):
    dependencies = (("executions", "0003_tenancy"),)
    operations = (
        migrations.CreateModel(
            name="TriggerListener",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "trigger_state_id",
                        "place",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("trigger_state_id", models.UUIDField()),
                ("place", models.IntegerField()),
                ("namespace", models.TextField(default="")),
                ("flow_id", models.TextField(default="")),
                ("prefix", models.TextField(default="")),
                (
                    "states",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("own_namespace", models.TextField()),
                ("own_flow_id", models.TextField()),
                ("own", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "trigger_listener",
                "indexes": [
                    models.Index(
                        fields=["tenant_id", "namespace", "flow_id"], name="trigger_listener_by"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TriggerEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "trigger_state_id",
                        "execution_id",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("trigger_state_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                ("position", models.IntegerField()),
                ("number", models.BigIntegerField()),
                ("state", models.TextField()),
                ("at", models.DateTimeField(db_default=Now())),
                ("due_at", models.DateTimeField(db_default=Now())),
                ("tries", models.IntegerField(db_default=0)),
            ],
            options={
                "db_table": "trigger_event",
                "indexes": [
                    models.Index(fields=["due_at"], name="trigger_event_due"),
                    models.Index(
                        fields=["tenant_id", "trigger_state_id", "number"],
                        name="trigger_event_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TriggerWindow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "trigger_state_id",
                        "condition_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("trigger_state_id", models.UUIDField()),
                ("condition_id", models.TextField()),
                ("met", models.JSONField(default=dict)),
                ("updated_at", models.DateTimeField(db_default=Now())),
            ],
            options={"db_table": "trigger_window"},
        ),
        migrations.RunSQL(NUMBERS, "drop sequence trigger_event_number cascade"),
        *(TenantTable(table, has_id=False) for table in TABLES),
        *(
            CompositeForeignKey(
                table,
                ("tenant_id", "trigger_state_id"),
                "trigger_state",
                ("tenant_id", "id"),
                "cascade",
            )
            for table in TABLES
        ),
    )
