"""When permissions were used last."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope
from downbeat.common.tenancy_sql import TenantTable


class Migration(migrations.Migration):
    dependencies = (("tenants", "0005_audit"),)
    operations = (
        migrations.CreateModel(
            name="PermissionUse",
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
                ("permission", models.CharField(max_length=100)),
                ("first_on", models.DateField()),
                ("last_on", models.DateField()),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.user",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant_id", "user", "permission"), name="tenants_use_once"
                    )
                ],
            },
        ),
        TenantTable("tenants_permissionuse"),
        migrations.RunSQL(
            "alter table tenants_permissionuse add constraint tenants_permissionuse_user_owner_fk"
            " foreign key (user_id) references tenants_user (id) on delete cascade",
            "alter table tenants_permissionuse drop constraint tenants_permissionuse_user_owner_fk",
        ),
    )
