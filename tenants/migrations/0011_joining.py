"""Second factors of people, and invitations to tenants."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope
from downbeat.common.tenancy_sql import InstanceTable, TenantTable

# Who goes, or what they belong to, takes these with it.
GONE_WITH = (
    ("tenants_secondfactor", "user_id", "tenants_user"),
    ("tenants_recoverycode", "user_id", "tenants_user"),
    ("tenants_invitationdoor", "user_id", "tenants_user"),
    ("tenants_invitationdoor", "tenant_id", "tenants_tenant"),
    ("tenants_invitationdoor", "invitation_id", "tenants_invitation"),
    ("tenants_invitation", "invited_by_id", "tenants_user"),
)


def _gone_with(table: str, column: str, owner: str) -> migrations.RunSQL:
    name = f"{table}_{column}_owner_fk"
    return migrations.RunSQL(
        f"alter table {table} add constraint {name} foreign key ({column})"
        f" references {owner} (id) on delete cascade",
        f"alter table {table} drop constraint {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0010_trusted_issuers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
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
                ("email", models.CharField(max_length=254)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PENDING", "Pending"),
                            ("ACCEPTED", "Accepted"),
                            ("REVOKED", "Revoked"),
                        ],
                        default="PENDING",
                        max_length=16,
                    ),
                ),
                ("lookup", models.CharField(max_length=12)),
                ("digest", models.BinaryField(max_length=32)),
                ("groups", models.JSONField(default=list)),
                ("bindings", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("accepted_by", models.UUIDField(null=True)),
                (
                    "invited_by",
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
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["tenant_id", "created_at"], name="tenants_invitation_at")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "PENDING")),
                        fields=("tenant_id", "email"),
                        name="tenants_invitation_pending",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="InvitationDoor",
            fields=[
                ("invitation_id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
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
                "default_permissions": (),
                "indexes": [models.Index(fields=["user"], name="tenants_invited_user")],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
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
                ("digest", models.BinaryField(max_length=32)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("user", "digest"), name="tenants_recovery_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondFactor",
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
                    "kind",
                    models.CharField(
                        choices=[("TOTP", "Totp"), ("WEBAUTHN", "Webauthn")], max_length=16
                    ),
                ),
                ("name", models.CharField(blank=True, default="", max_length=150)),
                ("sealed", models.TextField(blank=True, default="")),
                ("credential_id", models.BinaryField(max_length=1023, null=True, unique=True)),
                ("public_key", models.BinaryField(default=b"")),
                ("counter", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["user"], name="tenants_factor_user")],
            },
        ),
        InstanceTable("tenants_secondfactor"),
        InstanceTable("tenants_recoverycode"),
        InstanceTable("tenants_invitationdoor"),
        TenantTable("tenants_invitation"),
        *(_gone_with(table, column, owner) for table, column, owner in GONE_WITH),
    ]
