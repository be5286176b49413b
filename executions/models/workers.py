"""Worker groups and their workers: tables of the instance, not of a tenant.

A worker is found by its token before any tenant is known, and one group may work for all tenants.
The rows hold ids and names of machines, and nothing that a task reads or writes.
"""

from __future__ import annotations

from django.db import models

from downbeat.common.models import uuid7


class Worker(models.Model):
    """A worker process, alive while its heartbeat is young.

    A remote one has registered over HTTP with a token; it is given attempts only while it listens
    (``listening_until``).
    """

    id = models.UUIDField(primary_key=True)
    worker_group = models.TextField()
    host = models.TextField()
    pid = models.IntegerField()
    version = models.TextField(default="")
    slots = models.IntegerField()
    busy = models.IntegerField(default=0)
    state = models.TextField(default="RUNNING")
    labels = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    remote = models.BooleanField(default=False, db_default=False)
    token_id = models.UUIDField(null=True)
    listening_until = models.DateTimeField(null=True)
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


class WorkerGroup(models.Model):
    """A named queue and its workers, of the whole instance or of one tenant.

    ``queue`` is what attempts and workers name: the key alone, or the tenant's slug before it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant_id = models.UUIDField(null=True)
    key = models.TextField()
    queue = models.TextField(unique=True)
    description = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "worker_group"
        default_permissions = ()


class WorkerToken(models.Model):
    """The key of remote workers of one group: found by its public part, proved by its digest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.ForeignKey(WorkerGroup, on_delete=models.CASCADE, related_name="tokens")
    name = models.TextField()
    lookup = models.CharField(max_length=12, unique=True)
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "worker_token"
        default_permissions = ()


class WorkerAssignment(models.Model):
    """An attempt, poll or test that a remote worker was given: all that it may ask about.

    Made in the transaction that claims, and gone in the one that accepts the result. A row whose
    lease is over grants nothing: every question looks at the lease itself.
    """

    worker = models.ForeignKey(
        Worker, on_delete=models.DO_NOTHING, related_name="assignments", db_constraint=False
    )
    tenant_id = models.UUIDField()
    execution_id = models.UUIDField()
    task_run_id = models.UUIDField()
    number = models.IntegerField()
    epoch = models.BigIntegerField()
    assigned_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "worker_assignment"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=["worker", "tenant_id", "execution_id", "task_run_id", "number", "epoch"],
                name="worker_assignment_once",
            ),
        )
