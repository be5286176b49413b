"""Outputs that later runs of the same task may take over instead of running."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantManager


class CachedOutputs(models.Model):
    """The outputs of a task run that succeeded, under a keyed hash of what it was asked to do.

    The hash is of the rendered task: nothing of a secret can be found out from it without the
    instance's key.
    """

    pk = models.CompositePrimaryKey("tenant_id", "namespace", "flow_id", "task_id", "digest")
    tenant_id = models.UUIDField()
    namespace = models.TextField()
    flow_id = models.TextField()
    task_id = models.TextField()
    digest = models.TextField()
    outputs = models.JSONField()
    execution_id = models.UUIDField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = TenantManager()

    class Meta:
        db_table = "task_cache"
        indexes = (models.Index(fields=["expires_at"], name="task_cache_by_end"),)
