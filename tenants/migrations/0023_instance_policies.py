"""Policies that the instance sets on all tenants."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models

import downbeat.common.models
from downbeat.common.tenancy_sql import InstanceTable


def _words(length: int, **more: bool) -> django.contrib.postgres.fields.ArrayField:
    field = models.CharField(max_length=length)
    return django.contrib.postgres.fields.ArrayField(base_field=field, size=None, **more)


class Migration(migrations.Migration):
    dependencies = (("tenants", "0022_announcements"),)
    operations = (
        migrations.CreateModel(
            name="InstancePolicy",
            fields=[
                ("name", models.CharField(max_length=100)),
                ("description", models.TextField(blank=True, default="")),
                ("effect", models.CharField(max_length=16)),
                ("mode", models.CharField(max_length=16)),
                ("on", _words(16)),
                ("rules", models.JSONField(default=dict)),
                ("version", models.IntegerField(default=1)),
                ("updated_by", models.CharField(blank=True, default="", max_length=300)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "id",
                    models.UUIDField(
                        default=downbeat.common.models.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenants", _words(63, null=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("name",), name="tenants_instancepolicy_name")
                ],
            },
        ),
        InstanceTable("tenants_instancepolicy"),
    )
