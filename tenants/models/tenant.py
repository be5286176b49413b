"""The tenant, and who may enter it."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned, uuid7


class Tenant(models.Model):
    """An isolation boundary. The slug can be used again after a deletion, the id never.

    `suspension` says why nothing starts in it, by whom and what becomes of running work. One that
    is being deleted has given its slug away and is entered by nobody; its row goes last.
    ``weight`` is its share of workers that are scarce. ``limits_version`` grows whenever a quota or
    a switch that binds it changes: what processes remember of them is kept by that number.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=255)
    preferences = models.JSONField(default=dict)
    settings = models.JSONField(default=dict)
    suspended_at = models.DateTimeField(null=True)
    suspension = models.JSONField(null=True)
    deleting_at = models.DateTimeField(null=True)
    deletion = models.JSONField(null=True)
    weight = models.PositiveSmallIntegerField(default=1, db_default=1)
    limits_version = models.BigIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.slug


class TenantAccess(models.Model):
    """Somebody may enter a tenant: they hold a binding there or belong to a group of it.

    `granted`: somebody let them in before they held anything. Otherwise a shadow of rows that
    row-level security hides until the tenant is known. `suspended`: a directory has shut the door;
    what they hold stays, and means nothing until it opens again.
    """

    tenant = models.ForeignKey(
        Tenant, on_delete=models.DO_NOTHING, related_name="accesses", db_constraint=False
    )
    user = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="accesses", db_constraint=False
    )
    granted = models.BooleanField(default=False)
    suspended = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "tenant"], name="tenants_access_once")
        ]


class TenantLogo(TenantOwned):
    """The picture of a tenant, as it was rebuilt from what somebody sent."""

    type = models.CharField(max_length=32)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    width = models.IntegerField()
    height = models.IntegerField()

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant_id"], name="tenants_logo_once")]


class Retention(TenantOwned):
    """How many days a tenant or a namespace keeps what has ended; null follows what is above."""

    namespace = models.ForeignKey(
        "tenants.Namespace", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    executions = models.IntegerField(null=True)
    logs = models.IntegerField(null=True)
    metrics = models.IntegerField(null=True)
    audit = models.IntegerField(null=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "namespace"], name="tenants_retention_of")
        ]
