"""Which groups of a directory belong to which."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable
from tenants.migrations._owned import options, owned


def _group(name: str) -> tuple[str, models.ForeignKey]:  # type: ignore[type-arg]
    return (
        name,
        models.ForeignKey(
            db_constraint=False,
            on_delete=django.db.models.deletion.DO_NOTHING,
            related_name="+",
            to="tenants.directorygroup",
        ),
    )


class Migration(migrations.Migration):
    dependencies = (("tenants", "0018_data_keys"),)
    operations = (
        migrations.CreateModel(
            name="DirectoryNesting",
            fields=owned(_group("outer"), _group("inner")),
            options=options(
                constraints=[
                    models.UniqueConstraint(
                        fields=("tenant_id", "outer", "inner"), name="tenants_nesting_once"
                    )
                ],
                indexes=[models.Index(fields=["tenant_id", "inner"], name="tenants_nesting_inner")],
            ),
        ),
        TenantTable("tenants_directorynesting"),
        CompositeForeignKey("tenants_directorynesting", ["outer_id"], "tenants_directorygroup"),
        CompositeForeignKey("tenants_directorynesting", ["inner_id"], "tenants_directorygroup"),
    )
