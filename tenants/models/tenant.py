"""The tenant, and who may enter it."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import uuid7


class Tenant(models.Model):
    """An isolation boundary. The slug can be used again after a deletion, the id never."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=255)
    preferences = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.slug


class TenantAccess(models.Model):
    """Somebody may enter a tenant: they hold a binding there or belong to a group of it.

    A shadow of rows that row-level security hides until the tenant is known.
    """

    tenant = models.ForeignKey(
        Tenant, on_delete=models.DO_NOTHING, related_name="accesses", db_constraint=False
    )
    user = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="accesses", db_constraint=False
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "tenant"], name="tenants_access_once")
        ]
