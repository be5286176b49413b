"""Sessions of browsers, each with its owner. Those that began before are left behind."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import downbeat.common.models
from downbeat.common.tenancy_sql import InstanceTable

# Their keys let nobody in any more.
LEFT_BEHIND = "delete from django_session"
# Who goes, or whose tenant goes, takes these along.
GONE_WITH = (("user_id", "tenants_user"), ("tenant_id", "tenants_tenant"))


def _gone_with(column: str, owner: str) -> migrations.RunSQL:
    name = f"tenants_portalsession_{column}_owner_fk"
    return migrations.RunSQL(
        f"alter table tenants_portalsession add constraint {name} foreign key ({column})"
        f" references {owner} (id) on delete cascade",
        f"alter table tenants_portalsession drop constraint {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("tenants", "0019_nested_groups")]

    operations = [
        migrations.CreateModel(
            name="PortalSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                        verbose_name="session key",
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "id",
                    models.UUIDField(
                        default=downbeat.common.models.uuid7, editable=False, unique=True
                    ),
                ),
                ("proof", models.CharField(blank=True, default="", max_length=128)),
                ("tenant_id", models.UUIDField(null=True)),
                ("vouched_by", models.UUIDField(null=True)),
                ("address", models.CharField(blank=True, default="", max_length=64)),
                ("agent", models.CharField(blank=True, default="", max_length=300)),
                ("began_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
                "default_permissions": (),
                "indexes": [models.Index(fields=["user"], name="tenants_session_user")],
            },
        ),
        InstanceTable("tenants_portalsession"),
        *(_gone_with(column, owner) for column, owner in GONE_WITH),
        migrations.RunSQL(LEFT_BEHIND, migrations.RunSQL.noop),
    ]
