"""External managers of secrets, configured for a tenant or a namespace."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable
from tenants.migrations._owned import options, owned


class Migration(migrations.Migration):
    dependencies = (("tenants", "0015_audit_streams"),)
    operations = (
        migrations.CreateModel(
            name="SecretManager",
            fields=owned(
                ("kind", models.CharField(max_length=32)),
                ("config", models.JSONField(default=dict)),
                ("credentials", models.TextField(blank=True, default="")),
                ("read_only", models.BooleanField(default=False)),
                ("inherit", models.BooleanField(default=True)),
                ("version", models.IntegerField(default=0)),
                ("updated_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "namespace",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.namespace",
                    ),
                ),
            ),
            options=options(),
        ),
        TenantTable("tenants_secretmanager"),
        CompositeForeignKey("tenants_secretmanager", ["namespace_id"], "tenants_namespace"),
    )
