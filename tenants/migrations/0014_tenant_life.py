"""Suspension, deletion in steps, settings, logo and retention of tenants."""

from __future__ import annotations

from django.db import migrations, models

from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable
from tenants.migrations._owned import namespace_key, options, owned


def _tenant_field(name: str, field: models.Field) -> migrations.AddField:  # type: ignore[type-arg]
    return migrations.AddField(model_name="tenant", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = (("tenants", "0013_identity_providers"),)
    operations = (
        _tenant_field("settings", models.JSONField(default=dict)),
        _tenant_field("suspended_at", models.DateTimeField(null=True)),
        _tenant_field("suspension", models.JSONField(null=True)),
        _tenant_field("deleting_at", models.DateTimeField(null=True)),
        _tenant_field("deletion", models.JSONField(null=True)),
        migrations.CreateModel(
            name="TenantLogo",
            fields=owned(
                ("type", models.CharField(max_length=32)),
                ("content", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
                ("width", models.IntegerField()),
                ("height", models.IntegerField()),
            ),
            options=options(
                constraints=[
                    models.UniqueConstraint(fields=("tenant_id",), name="tenants_logo_once")
                ]
            ),
        ),
        migrations.CreateModel(
            name="Retention",
            fields=owned(
                ("executions", models.IntegerField(null=True)),
                ("logs", models.IntegerField(null=True)),
                ("metrics", models.IntegerField(null=True)),
                ("audit", models.IntegerField(null=True)),
                ("namespace", namespace_key()),
            ),
            options=options(
                constraints=[
                    models.UniqueConstraint(
                        fields=("tenant_id", "namespace"), name="tenants_retention_of"
                    )
                ]
            ),
        ),
        TenantTable("tenants_tenantlogo"),
        TenantTable("tenants_retention"),
        CompositeForeignKey("tenants_retention", ["namespace_id"], "tenants_namespace"),
    )
