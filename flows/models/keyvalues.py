"""Key-value pairs of a namespace."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned


class KeyValue(TenantOwned):
    """A typed value under a key; gone once ``expires_at`` is over, by the database's clock."""

    namespace_id = models.UUIDField()
    namespace = models.TextField()
    key = models.TextField()
    value = models.JSONField(null=True)
    kind = models.TextField()
    description = models.TextField(blank=True, default="")
    revision = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "key_value"
        constraints = (
            models.UniqueConstraint(
                fields=("tenant_id", "namespace", "key"),
                name="key_value_tenant_namespace_key",
            ),
        )
