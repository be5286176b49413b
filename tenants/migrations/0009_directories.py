"""Directories that say by SCIM who belongs to a tenant, and doors that they shut."""

from __future__ import annotations

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope
from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable


def _gone_with_the_person(table: str) -> migrations.RunSQL:
    name = f"{table}_user_id_owner_fk"
    return migrations.RunSQL(
        f"alter table {table} add constraint {name} foreign key (user_id)"
        " references tenants_user (id) on delete cascade",
        f"alter table {table} drop constraint {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0007_sign_in_protocols"),
    ]

    operations = [
        migrations.AddField(
            model_name="tenantaccess",
            name="suspended",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="DirectoryClient",
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
                ("name", models.CharField(max_length=150)),
                ("description", models.TextField(blank=True, default="")),
                ("enabled", models.BooleanField(default=True)),
                ("lookup", models.CharField(max_length=12)),
                ("digest", models.BinaryField(max_length=32)),
                ("expires_at", models.DateTimeField()),
                ("previous_lookup", models.CharField(blank=True, default="", max_length=12)),
                ("previous_digest", models.BinaryField(default=b"", max_length=32)),
                ("previous_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "name"), name="tenants_directory_name"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant_id", "lookup"), name="tenants_directory_lookup"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DirectoryGroup",
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
                ("external_id", models.CharField(blank=True, default="", max_length=300)),
                ("version", models.IntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="groups",
                        to="tenants.directoryclient",
                    ),
                ),
                (
                    "group",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="directory",
                        to="tenants.group",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["tenant_id", "external_id"], name="tenants_directorygroup_ext"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DirectoryPerson",
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
                ("user_name", models.CharField(max_length=300)),
                ("external_id", models.CharField(blank=True, default="", max_length=300)),
                ("active", models.BooleanField(default=True)),
                ("document", models.JSONField(default=dict)),
                ("version", models.IntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="people",
                        to="tenants.directoryclient",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["tenant_id", "external_id"], name="tenants_directoryperson_ext"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "user"), name="tenants_directoryperson_user"
                    ),
                    models.UniqueConstraint(
                        models.F("tenant_id"),
                        django.db.models.functions.text.Lower("user_name"),
                        name="tenants_directoryperson_name",
                    ),
                ],
            },
        ),
        TenantTable("tenants_directoryclient"),
        TenantTable("tenants_directoryperson"),
        TenantTable("tenants_directorygroup"),
        CompositeForeignKey("tenants_directoryperson", ["client_id"], "tenants_directoryclient"),
        CompositeForeignKey("tenants_directorygroup", ["client_id"], "tenants_directoryclient"),
        CompositeForeignKey("tenants_directorygroup", ["group_id"], "tenants_group"),
        _gone_with_the_person("tenants_directoryperson"),
    ]
