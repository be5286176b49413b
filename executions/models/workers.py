"""The processes that run attempts: a table of the instance, not of a tenant."""

from __future__ import annotations

from django.db import models


class Worker(models.Model):
    """A worker process, alive while its heartbeat is young."""

    id = models.UUIDField(primary_key=True)
    worker_group = models.TextField()
    host = models.TextField()
    pid = models.IntegerField()
    version = models.TextField(default="")
    slots = models.IntegerField()
    busy = models.IntegerField(default=0)
    state = models.TextField(default="RUNNING")
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "worker"
        indexes = (
            models.Index(
                fields=["worker_group", "heartbeat_at"],
                condition=models.Q(stopped_at__isnull=True),
                name="worker_alive",
            ),
        )
