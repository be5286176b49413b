"""When somebody last used a permission, to the day."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned


class PermissionUse(TenantOwned):
    """Somebody used a permission somewhere in the tenant."""

    user = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    permission = models.CharField(max_length=100)
    first_on = models.DateField()
    last_on = models.DateField()

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "user", "permission"], name="tenants_use_once"
            )
        ]
