"""Flows and their immutable revisions."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from downbeat.common.models import TenantOwned


class Flow(TenantOwned):
    """The current facts of a flow; its history is in ``FlowRevision``.

    The row outlives a deletion (``deleted``), so that revisions count on when the flow comes back
    and live executions keep their pinned revision.
    """

    namespace_id = models.UUIDField()
    namespace = models.TextField()
    flow_id = models.TextField()
    revision = models.PositiveIntegerField()
    checksum = models.TextField()
    description = models.TextField(blank=True, default="")
    labels = models.JSONField(default=dict)
    task_types = ArrayField(models.TextField(), default=list)
    trigger_types = ArrayField(models.TextField(), default=list)
    document = models.JSONField()
    disabled = models.BooleanField(default=False)
    deleted = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "flow"
        constraints = (
            models.UniqueConstraint(
                fields=("tenant_id", "namespace", "flow_id"),
                name="flow_tenant_namespace_id",
            ),
        )
        indexes = (
            models.Index(fields=("tenant_id", "namespace_id"), name="flow_tenant_namespace"),
        )


class FlowRevision(TenantOwned):
    """The n-th source of a flow; never changes."""

    flow_uid = models.UUIDField()
    revision = models.PositiveIntegerField()
    source = models.TextField()
    checksum = models.TextField()
    deleted = models.BooleanField(default=False)
    author = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "flow_revision"
        constraints = (
            models.UniqueConstraint(
                fields=("tenant_id", "flow_uid", "revision"),
                name="flow_revision_number",
            ),
        )
