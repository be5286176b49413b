"""Paths that namespaces had before they moved."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable
from tenants.migrations._owned import options, owned


class Migration(migrations.Migration):
    dependencies = (("tenants", "0026_tokens_by_maker"),)
    operations = (
        migrations.CreateModel(
            name="FormerPath",
            fields=owned(
                ("path", models.CharField(max_length=150)),
                (
                    "namespace",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="former_paths",
                        to="tenants.namespace",
                    ),
                ),
                ("moved_at", models.DateTimeField()),
            ),
            options=options(
                constraints=[
                    models.UniqueConstraint(
                        fields=("tenant_id", "path"), name="tenants_formerpath_once"
                    )
                ],
                indexes=[
                    models.Index(fields=["tenant_id", "namespace"], name="tenants_formerpath_of")
                ],
            ),
        ),
        TenantTable("tenants_formerpath"),
        CompositeForeignKey(
            "tenants_formerpath", ["namespace_id"], "tenants_namespace", on_delete="set null"
        ),
    )
