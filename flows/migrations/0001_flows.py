"""Definitions with their history, key-value pairs and files of namespaces."""

import django.contrib.postgres.fields
from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Flow",
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
                ("namespace_id", models.UUIDField()),
                ("namespace", models.TextField()),
                ("flow_id", models.TextField()),
                ("revision", models.PositiveIntegerField()),
                ("checksum", models.TextField()),
                ("description", models.TextField(blank=True, default="")),
                ("labels", models.JSONField(default=dict)),
                (
                    "task_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "trigger_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("document", models.JSONField()),
                ("disabled", models.BooleanField(default=False)),
                ("deleted", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "flow",
                "indexes": [
                    models.Index(
                        fields=["tenant_id", "namespace_id"],
                        name="flow_tenant_namespace",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "namespace", "flow_id"),
                        name="flow_tenant_namespace_id",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FlowRevision",
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
                ("flow_uid", models.UUIDField()),
                ("revision", models.PositiveIntegerField()),
                ("source", models.TextField()),
                ("checksum", models.TextField()),
                ("deleted", models.BooleanField(default=False)),
                ("author", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "flow_revision",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "flow_uid", "revision"),
                        name="flow_revision_number",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeyValue",
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
                ("namespace_id", models.UUIDField()),
                ("namespace", models.TextField()),
                ("key", models.TextField()),
                ("value", models.JSONField(null=True)),
                ("kind", models.TextField()),
                ("description", models.TextField(blank=True, default="")),
                ("revision", models.PositiveIntegerField(default=1)),
                ("expires_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "key_value",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "namespace", "key"),
                        name="key_value_tenant_namespace_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NamespaceFile",
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
                ("namespace_id", models.UUIDField()),
                ("namespace", models.TextField()),
                ("path", models.TextField()),
                ("revision", models.PositiveIntegerField()),
                ("current", models.BooleanField(default=True)),
                ("directory", models.BooleanField(default=False)),
                ("uri", models.TextField(blank=True, default="")),
                ("size", models.BigIntegerField(default=0)),
                ("checksum", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "namespace_file",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "namespace", "path", "revision"),
                        name="namespace_file_revision",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)),
                        fields=("tenant_id", "namespace", "path"),
                        name="namespace_file_current",
                    ),
                ],
            },
        ),
    ]
