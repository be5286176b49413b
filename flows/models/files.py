"""Files of a namespace: rows name them, internal storage holds their content."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned


class NamespaceFile(TenantOwned):
    """One revision of a file or folder; ``current`` marks the one that readers see."""

    namespace_id = models.UUIDField()
    namespace = models.TextField()
    path = models.TextField()
    revision = models.PositiveIntegerField()
    current = models.BooleanField(default=True)
    directory = models.BooleanField(default=False)
    uri = models.TextField(blank=True, default="")
    size = models.BigIntegerField(default=0)
    checksum = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "namespace_file"
        constraints = (
            models.UniqueConstraint(
                fields=("tenant_id", "namespace", "path", "revision"),
                name="namespace_file_revision",
            ),
            models.UniqueConstraint(
                fields=("tenant_id", "namespace", "path"),
                condition=models.Q(current=True),
                name="namespace_file_current",
            ),
        )
