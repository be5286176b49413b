"""Issuers whose tokens a tenant trusts, and the tokens that were given for theirs."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope
from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0009_directories"),
    ]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="trust_id",
            field=models.UUIDField(null=True),
        ),
        migrations.CreateModel(
            name="TrustedIssuer",
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
                ("name", models.CharField(max_length=150)),
                ("description", models.TextField(blank=True, default="")),
                ("enabled", models.BooleanField(default=True)),
                ("issuer", models.CharField(max_length=500)),
                ("jwks_url", models.CharField(blank=True, default="", max_length=1000)),
                ("keys", models.JSONField(null=True)),
                (
                    "audiences",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=500), size=None
                    ),
                ),
                ("conditions", models.JSONField(default=list)),
                (
                    "algorithms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), size=None
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), default=list, size=None
                    ),
                ),
                ("longest_life", models.IntegerField(default=3600)),
                ("single_use", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="TakenToken",
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
                ("digest", models.BinaryField(max_length=32)),
                ("expires_at", models.DateTimeField()),
                (
                    "issuer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.trustedissuer",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="trustedissuer",
            index=models.Index(fields=["tenant_id", "issuer"], name="tenants_trust_issuer"),
        ),
        migrations.AddConstraint(
            model_name="trustedissuer",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "name"), name="tenants_trust_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="takentoken",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "issuer", "digest"), name="tenants_takentoken_once"
            ),
        ),
        TenantTable("tenants_trustedissuer"),
        TenantTable("tenants_takentoken"),
        CompositeForeignKey("tenants_takentoken", ["issuer_id"], "tenants_trustedissuer"),
        migrations.RunSQL(
            "alter table tenants_trustedissuer add constraint tenants_trustedissuer_account_fk"
            " foreign key (account_id) references tenants_user (id) on delete cascade",
            "alter table tenants_trustedissuer drop constraint tenants_trustedissuer_account_fk",
        ),
        migrations.RunSQL(
            "create index tenants_apitoken_trust on tenants_apitoken (trust_id)"
            " where trust_id is not null",
            "drop index tenants_apitoken_trust",
        ),
    ]
