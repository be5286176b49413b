"""Tables of tenants, people, rights and secrets."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import downbeat.common.models
import downbeat.common.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
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
                        choices=[("STANDARD", "Standard"), ("SERVICE_ACCOUNT", "Service Account")],
                        default="STANDARD",
                        max_length=16,
                    ),
                ),
                ("email", models.CharField(max_length=254, null=True, unique=True)),
                ("first_name", models.CharField(blank=True, default="", max_length=150)),
                ("last_name", models.CharField(blank=True, default="", max_length=150)),
                ("name", models.CharField(blank=True, default="", max_length=150)),
                ("description", models.TextField(blank=True, default="")),
                ("instance_admin", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Tenant",
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
                ("slug", models.SlugField(max_length=63, unique=True)),
                ("name", models.CharField(max_length=255)),
                ("preferences", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Group",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "store_group",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="auth.group",
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
            name="Membership",
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
                ("owner", models.BooleanField(default=False)),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="memberships",
                        to="tenants.group",
                    ),
                ),
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
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Namespace",
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
                ("path", models.CharField(max_length=150)),
                (
                    "ancestors",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=150), size=None
                    ),
                ),
                ("description", models.TextField(blank=True, default="")),
                ("variables", models.JSONField(default=dict)),
                ("plugin_defaults", models.JSONField(default=list)),
                (
                    "allowed_namespaces",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=150), default=list, size=None
                    ),
                ),
                ("worker_group", models.CharField(max_length=63, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "parent",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="children",
                        to="tenants.namespace",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("flow.view", "flow.view"),
                    ("flow.create", "flow.create"),
                    ("flow.edit", "flow.edit"),
                    ("flow.delete", "flow.delete"),
                    ("execution.view", "execution.view"),
                    ("execution.create", "execution.create"),
                    ("execution.edit", "execution.edit"),
                    ("execution.kill", "execution.kill"),
                    ("execution.delete", "execution.delete"),
                    ("trigger.view", "trigger.view"),
                    ("trigger.edit", "trigger.edit"),
                    ("trigger.delete", "trigger.delete"),
                    ("log.view", "log.view"),
                    ("log.delete", "log.delete"),
                    ("metric.view", "metric.view"),
                    ("output.view", "output.view"),
                    ("kv.view", "kv.view"),
                    ("kv.edit", "kv.edit"),
                    ("kv.delete", "kv.delete"),
                    ("secret.view", "secret.view"),
                    ("secret.edit", "secret.edit"),
                    ("secret.delete", "secret.delete"),
                    ("file.view", "file.view"),
                    ("file.edit", "file.edit"),
                    ("file.delete", "file.delete"),
                    ("namespace.view", "namespace.view"),
                    ("namespace.create", "namespace.create"),
                    ("namespace.edit", "namespace.edit"),
                    ("namespace.delete", "namespace.delete"),
                    ("plugin.view", "plugin.view"),
                    ("tenant.view", "tenant.view"),
                    ("tenant.edit", "tenant.edit"),
                    ("tenant.delete", "tenant.delete"),
                    ("user.view", "user.view"),
                    ("user.edit", "user.edit"),
                    ("group.view", "group.view"),
                    ("group.edit", "group.edit"),
                    ("role.view", "role.view"),
                    ("role.edit", "role.edit"),
                    ("binding.view", "binding.view"),
                    ("binding.edit", "binding.edit"),
                    ("serviceaccount.view", "serviceaccount.view"),
                    ("serviceaccount.edit", "serviceaccount.edit"),
                    ("quota.view", "quota.view"),
                    ("quota.edit", "quota.edit"),
                    ("audit.view", "audit.view"),
                ],
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="NamespaceGroupPermission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tenant_id",
                    models.UUIDField(default=downbeat.common.scope.current_tenant, editable=False),
                ),
                (
                    "content_object",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.namespace",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="auth.group",
                    ),
                ),
                (
                    "permission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="auth.permission"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="NamespaceUserPermission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tenant_id",
                    models.UUIDField(default=downbeat.common.scope.current_tenant, editable=False),
                ),
                (
                    "content_object",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.namespace",
                    ),
                ),
                (
                    "permission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="auth.permission"
                    ),
                ),
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
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Role",
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
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), size=None
                    ),
                ),
                ("built_in", models.BooleanField(default=False)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id", "name"), name="tenants_role_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="Binding",
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
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.group",
                    ),
                ),
                (
                    "namespace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.namespace",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="bindings",
                        to="tenants.role",
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
            name="Secret",
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
                ("key", models.CharField(max_length=150)),
                ("value", models.TextField()),
                ("version", models.IntegerField(default=1)),
                ("description", models.TextField(blank=True, default="")),
                ("tags", models.JSONField(default=list)),
                ("updated_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "namespace",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="secrets",
                        to="tenants.namespace",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="user",
            name="home_tenant",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="tenants.tenant",
            ),
        ),
        migrations.CreateModel(
            name="TenantAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="accesses",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="accesses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
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
                ("name", models.CharField(max_length=150)),
                ("description", models.TextField(blank=True, default="")),
                ("lookup", models.CharField(max_length=12, unique=True)),
                ("digest", models.BinaryField(max_length=32)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100), default=list, size=None
                    ),
                ),
                ("extended", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["user", "created_at"], name="tenants_token_user")],
            },
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "name"), name="tenants_group_name"
            ),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["tenant_id", "user"], name="tenants_membership_user"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "group", "user"), name="tenants_membership_once"
            ),
        ),
        migrations.AddIndex(
            model_name="namespace",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["ancestors"], name="tenants_namespace_tree"
            ),
        ),
        migrations.AddIndex(
            model_name="namespace",
            index=models.Index(fields=["tenant_id", "parent"], name="tenants_namespace_child"),
        ),
        migrations.AddConstraint(
            model_name="namespace",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "path"), name="tenants_namespace_path"
            ),
        ),
        migrations.AlterUniqueTogether(
            name="namespacegrouppermission",
            unique_together={("group", "permission", "content_object")},
        ),
        migrations.AlterUniqueTogether(
            name="namespaceuserpermission",
            unique_together={("user", "permission", "content_object")},
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("user__isnull", True), ("group__isnull", True), _connector="XOR"
                ),
                name="tenants_binding_principal",
            ),
        ),
        migrations.AddConstraint(
            model_name="binding",
            constraint=models.UniqueConstraint(
                fields=("tenant_id", "user", "group", "role", "namespace"),
                name="tenants_binding_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="secret",
            constraint=models.UniqueConstraint(
                models.F("tenant_id"),
                models.F("namespace"),
                django.db.models.functions.text.Upper("key"),
                name="tenants_secret_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="tenantaccess",
            constraint=models.UniqueConstraint(
                fields=("user", "tenant"), name="tenants_access_once"
            ),
        ),
    ]
