"""Announcements of tenants and of the instance."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

import downbeat.common.models
from downbeat.common.tenancy_sql import InstanceTable, TenantTable
from tenants.migrations._owned import options, owned


def _told() -> list[tuple[str, Any]]:
    return [
        ("message", models.TextField()),
        ("kind", models.CharField(max_length=10)),
        ("dismissible", models.BooleanField(default=True)),
        ("starts_at", models.DateTimeField(null=True)),
        ("ends_at", models.DateTimeField(null=True)),
        ("by_name", models.CharField(max_length=300)),
        ("created_at", models.DateTimeField(auto_now_add=True)),
    ]


class Migration(migrations.Migration):
    dependencies = (("tenants", "0021_no_foreign_factors"),)
    operations = (
        migrations.CreateModel(name="Announcement", fields=owned(*_told()), options=options()),
        TenantTable("tenants_announcement"),
        migrations.CreateModel(
            name="InstanceAnnouncement",
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
                *_told(),
            ],
            options={"default_permissions": ()},
        ),
        InstanceTable("tenants_instanceannouncement"),
    )
