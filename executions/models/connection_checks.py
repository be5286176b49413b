"""Tests of connections that somebody waits for: asked by the web, done by a worker."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned


class ConnectionCheck(TenantOwned):
    """One test: claimed at most once, and of no worth once its asker has gone."""

    namespace = models.TextField()
    name = models.TextField()
    implementation = models.TextField()
    worker_group = models.TextField()
    worker_id = models.UUIDField(null=True)
    lease_epoch = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ok = models.BooleanField(null=True)
    message = models.TextField(default="")

    class Meta(TenantOwned.Meta):
        abstract = False
        db_table = "connection_check"
        indexes = (
            models.Index(
                fields=["worker_group", "created_at"],
                condition=models.Q(started_at__isnull=True),
                name="connection_check_waiting",
            ),
            models.Index(fields=["tenant_id", "created_at"], name="connection_check_age"),
        )
