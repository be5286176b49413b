"""Policies, and approvals by another person."""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models

from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable
from tenants.migrations._owned import namespace_key, options, owned


def _policies() -> migrations.CreateModel:
    return migrations.CreateModel(
        name="Policy",
        fields=owned(
            ("name", models.CharField(max_length=100)),
            ("description", models.TextField(blank=True, default="")),
            ("effect", models.CharField(max_length=16)),
            ("mode", models.CharField(max_length=16)),
            (
                "on",
                django.contrib.postgres.fields.ArrayField(
                    base_field=models.CharField(max_length=16), size=None
                ),
            ),
            ("rules", models.JSONField(default=dict)),
            ("version", models.IntegerField(default=1)),
            ("updated_by", models.CharField(blank=True, default="", max_length=300)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
            ("updated_at", models.DateTimeField(auto_now=True)),
            ("namespace", namespace_key()),
        ),
        options=options(
            constraints=[
                models.UniqueConstraint(fields=("tenant_id", "name"), name="tenants_policy_name")
            ]
        ),
    )


def _approvals() -> migrations.CreateModel:
    return migrations.CreateModel(
        name="Approval",
        fields=owned(
            ("kind", models.CharField(max_length=16)),
            ("flow_id", models.CharField(max_length=150)),
            ("digest", models.CharField(max_length=64)),
            ("subject", models.JSONField(default=dict)),
            ("note", models.TextField(blank=True, default="")),
            ("state", models.CharField(default="PENDING", max_length=16)),
            ("requested_by", models.UUIDField(null=True)),
            ("requested_name", models.CharField(max_length=300)),
            ("decided_by", models.UUIDField(null=True)),
            ("decided_name", models.CharField(blank=True, default="", max_length=300)),
            ("decided_at", models.DateTimeField(null=True)),
            ("used_at", models.DateTimeField(null=True)),
            ("expires_at", models.DateTimeField()),
            ("created_at", models.DateTimeField(auto_now_add=True)),
            ("namespace", namespace_key()),
        ),
        options=options(
            indexes=[
                models.Index(fields=["tenant_id", "digest"], name="tenants_approval_digest"),
                models.Index(
                    fields=["tenant_id", "state", "created_at"], name="tenants_approval_state"
                ),
            ]
        ),
    )


class Migration(migrations.Migration):
    dependencies = (("tenants", "0016_secret_managers"),)
    operations = (
        _policies(),
        _approvals(),
        TenantTable("tenants_policy"),
        TenantTable("tenants_approval"),
        CompositeForeignKey("tenants_policy", ["namespace_id"], "tenants_namespace"),
        CompositeForeignKey("tenants_approval", ["namespace_id"], "tenants_namespace"),
    )
