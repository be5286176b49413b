"""Named data things: what they are, which tasks read or write them, and what flows into what."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantManager, TenantOwned


class Asset(TenantOwned):
    """A table, file, model or anything else that has a name of its own outside.

    ``facts`` are what tasks told of it (columns, rows, bytes), the latest over the earlier.
    """

    uri = models.TextField()
    type = models.TextField(null=True)
    name = models.TextField(null=True)
    facts = models.JSONField(default=dict)
    execution_id = models.UUIDField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "asset"
        constraints = (models.UniqueConstraint(fields=["tenant_id", "uri"], name="asset_once"),)


class _OfTask(models.Model):
    """A row for each task of a flow, however often it runs: the latest run is kept."""

    tenant_id = models.UUIDField()
    namespace_id = models.UUIDField()
    namespace = models.TextField()
    flow_id = models.TextField()
    task_id = models.TextField()
    revision = models.IntegerField()
    execution_id = models.UUIDField()
    task_run_id = models.UUIDField()
    at = models.DateTimeField()
    kind = models.TextField()
    """Whether the task saw it happen (``observed``) or the flow says so (``declared``)."""

    class Meta:
        abstract = True


class AssetUse(_OfTask):
    """A task that reads (``input``) or writes (``output``) an asset."""

    pk = models.CompositePrimaryKey(
        "tenant_id", "asset_id", "namespace_id", "flow_id", "task_id", "direction"
    )
    asset_id = models.UUIDField()
    direction = models.TextField()

    objects = TenantManager()

    class Meta:
        db_table = "asset_use"
        indexes = (
            models.Index(fields=["tenant_id", "namespace_id", "asset_id"], name="asset_use_in"),
            models.Index(fields=["tenant_id", "execution_id"], name="asset_use_by_execution"),
        )


class LineageEdge(_OfTask):
    """A task by which one asset flows into another."""

    pk = models.CompositePrimaryKey(
        "tenant_id", "source_id", "target_id", "namespace_id", "flow_id", "task_id"
    )
    source_id = models.UUIDField()
    target_id = models.UUIDField()

    objects = TenantManager()

    class Meta:
        db_table = "lineage_edge"
        indexes = (
            models.Index(fields=["tenant_id", "target_id"], name="lineage_edge_into"),
            models.Index(fields=["tenant_id", "namespace_id"], name="lineage_edge_in"),
        )
