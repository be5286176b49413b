"""Identity providers, whom they know, and sessions, addresses and tokens that stay in a tenant."""

from __future__ import annotations

from typing import Final

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope
from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable

VERBS: Final = {
    "flow": ("view", "create", "edit", "delete"),
    "execution": ("view", "create", "edit", "kill", "delete"),
    "trigger": ("view", "edit", "delete"),
    "log": ("view", "delete"),
    "metric": ("view",),
    "output": ("view",),
    "kv": ("view", "edit", "delete"),
    "secret": ("view", "edit", "delete"),
    "connection": ("view", "edit", "delete"),
    "file": ("view", "edit", "delete"),
    "namespace": ("view", "create", "edit", "delete"),
    "plugin": ("view",),
    "tenant": ("view", "edit", "delete"),
    "user": ("view", "edit"),
    "group": ("view", "edit"),
    "role": ("view", "edit"),
    "binding": ("view", "edit"),
    "serviceaccount": ("view", "edit"),
    "quota": ("view", "edit"),
    "audit": ("view",),
    "identityprovider": ("view", "edit"),
}
PERMISSIONS: Final = [f"{what}.{verb}" for what, verbs in VERBS.items() for verb in verbs]
_NEW: Final = "array['identityprovider.view', 'identityprovider.edit']"
_HELD: Final = f"""
  from tenants_binding b
  join tenants_role r on r.tenant_id = b.tenant_id and r.id = b.role_id
   and r.built_in and r.name = 'Admin'
  join django_content_type t on t.app_label = 'tenants' and t.model = 'namespace'
  join auth_permission p on p.content_type_id = t.id and p.codename = any({_NEW})
"""
# An instance that is new has no roles yet, and gets the permissions after its migrations.
GIVE: Final = (
    f"""
    insert into auth_permission (name, content_type_id, codename)
    select known, t.id, known from django_content_type t, unnest({_NEW}) known
     where t.app_label = 'tenants' and t.model = 'namespace'
    on conflict do nothing
    """,
    f"""
    update tenants_role r set permissions = array(
        select distinct name from unnest(r.permissions || {_NEW}::varchar[]) name order by name)
     where r.built_in and r.name = 'Admin'
    """,
    f"""
    insert into tenants_namespaceuserpermission
           (tenant_id, user_id, content_object_id, permission_id)
    select distinct b.tenant_id, b.user_id, b.namespace_id, p.id {_HELD}
     where b.user_id is not null
    on conflict do nothing
    """,
    f"""
    insert into tenants_namespacegrouppermission
           (tenant_id, group_id, content_object_id, permission_id)
    select distinct b.tenant_id, g.store_group_id, b.namespace_id, p.id {_HELD}
      join tenants_group g on g.tenant_id = b.tenant_id and g.id = b.group_id
    on conflict do nothing
    """,
)
TABLES: Final = (
    "tenants_identityprovider",
    "tenants_externalidentity",
    "tenants_federatedsession",
    "tenants_signinattempt",
    "tenants_seenassertion",
)
GONE_WITH: Final = (
    ("tenants_externalidentity", "user_id", "tenants_user"),
    ("tenants_federatedsession", "user_id", "tenants_user"),
    ("tenants_signinattempt", "user_id", "tenants_user"),
    ("tenants_apitoken", "confined_to_id", "tenants_tenant"),
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
        ("tenants", "0012_limits"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExternalIdentity",
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
                ("kind", models.CharField(max_length=8)),
                ("issuer", models.CharField(max_length=1024)),
                ("subject", models.CharField(max_length=255)),
                ("email", models.CharField(blank=True, default="", max_length=254)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_login_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FederatedSession",
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
                ("sid", models.CharField(blank=True, default="", max_length=1024)),
                ("name_id_format", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="IdentityProvider",
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
                ("name", models.CharField(max_length=63)),
                ("display_name", models.CharField(max_length=150)),
                ("kind", models.CharField(max_length=8)),
                ("enabled", models.BooleanField(default=False)),
                ("position", models.IntegerField(default=0)),
                (
                    "domains",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=253), default=list, size=None
                    ),
                ),
                ("config", models.JSONField(default=dict)),
                ("rules", models.JSONField(default=dict)),
                ("sealed", models.TextField()),
                ("certificate", models.TextField(blank=True, default="")),
                ("version", models.IntegerField(default=1)),
                ("updated_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SeenAssertion",
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
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SignInAttempt",
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
                ("provider_name", models.CharField(max_length=63)),
                ("purpose", models.CharField(max_length=8)),
                ("state", models.BinaryField(max_length=32)),
                ("browser", models.BinaryField(max_length=32)),
                ("step", models.CharField(default="STARTED", max_length=10)),
                ("next", models.CharField(blank=True, default="", max_length=2000)),
                ("sealed", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.AlterModelOptions(
            name="namespace",
            options={
                "base_manager_name": "objects",
                "default_permissions": (),
                "permissions": [(name, name) for name in PERMISSIONS],
            },
        ),
        migrations.AddField(
            model_name="apitoken",
            name="confined_to",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="session_epoch",
            field=models.IntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.CharField(max_length=254, null=True),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                condition=models.Q(("home_tenant__isnull", True)),
                fields=("email",),
                name="tenants_user_email",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                condition=models.Q(("home_tenant__isnull", False)),
                fields=("home_tenant", "email"),
                name="tenants_user_home_email",
            ),
        ),
        migrations.AddField(
            model_name="externalidentity",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="federatedsession",
            name="identity",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.externalidentity",
            ),
        ),
        migrations.AddField(
            model_name="federatedsession",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="identityprovider",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "name"), name="tenants_provider_name"
            ),
        ),
        migrations.AddField(
            model_name="federatedsession",
            name="provider",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.identityprovider",
            ),
        ),
        migrations.AddField(
            model_name="externalidentity",
            name="provider",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="identities",
                to="tenants.identityprovider",
            ),
        ),
        migrations.AddField(
            model_name="seenassertion",
            name="provider",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.identityprovider",
            ),
        ),
        migrations.AddField(
            model_name="signinattempt",
            name="provider",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="tenants.identityprovider",
            ),
        ),
        migrations.AddField(
            model_name="signinattempt",
            name="user",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="federatedsession",
            index=models.Index(fields=["tenant_id", "user"], name="tenants_fedsession_user"),
        ),
        migrations.AddIndex(
            model_name="federatedsession",
            index=models.Index(fields=["tenant_id", "expires_at"], name="tenants_fedsession_end"),
        ),
        migrations.AddIndex(
            model_name="externalidentity",
            index=models.Index(fields=["tenant_id", "user"], name="tenants_identity_user"),
        ),
        migrations.AddConstraint(
            model_name="externalidentity",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "kind", "issuer", "subject"), name="tenants_identity_once"
            ),
        ),
        migrations.AddIndex(
            model_name="seenassertion",
            index=models.Index(fields=["tenant_id", "expires_at"], name="tenants_assertion_end"),
        ),
        migrations.AddConstraint(
            model_name="seenassertion",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "provider", "digest"), name="tenants_assertion_once"
            ),
        ),
        migrations.AddIndex(
            model_name="signinattempt",
            index=models.Index(fields=["tenant_id", "expires_at"], name="tenants_attempt_end"),
        ),
        migrations.AddConstraint(
            model_name="signinattempt",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "state"), name="tenants_attempt_state"
            ),
        ),
        *(TenantTable(table) for table in TABLES),
        *(_gone_with(*names) for names in GONE_WITH),
        CompositeForeignKey(
            "tenants_externalidentity",
            ["provider_id"],
            "tenants_identityprovider",
            on_delete="set null",
        ),
        CompositeForeignKey(
            "tenants_federatedsession", ["provider_id"], "tenants_identityprovider"
        ),
        CompositeForeignKey(
            "tenants_federatedsession", ["identity_id"], "tenants_externalidentity"
        ),
        CompositeForeignKey("tenants_signinattempt", ["provider_id"], "tenants_identityprovider"),
        CompositeForeignKey("tenants_seenassertion", ["provider_id"], "tenants_identityprovider"),
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in GIVE),
    ]
