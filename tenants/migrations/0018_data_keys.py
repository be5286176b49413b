"""A key for each tenant, sealed by the operator's, that its values are sealed with."""

from __future__ import annotations

import django.db.models.functions.datetime
from django.db import migrations, models

from downbeat.common.tenancy_sql import TenantTable
from tenants.migrations._owned import options, owned


class Migration(migrations.Migration):
    dependencies = (("tenants", "0017_policies"),)
    operations = (
        migrations.CreateModel(
            name="DataKey",
            fields=owned(
                ("name", models.CharField(max_length=16)),
                ("wrapped", models.TextField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("retired_at", models.DateTimeField(null=True)),
            ),
            options=options(
                constraints=[
                    models.UniqueConstraint(
                        fields=("tenant_id", "name"), name="tenants_datakey_name"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("tenant_id",),
                        name="tenants_datakey_seals",
                    ),
                ]
            ),
        ),
        TenantTable("tenants_datakey"),
    )
