"""One run of a revision."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned


class Execution(TenantOwned):
    """One run of a revision, with the scope of its outermost tasks in ``progress``.

    Only a turn that holds the row's lock changes ``state``, ``progress``, ``facts`` and ``seq``;
    everybody else posts to the inbox. ``seq`` grows with every applied turn.
    """

    namespace_id = models.UUIDField()
    namespace = models.TextField()
    flow_id = models.TextField()
    flow_uid = models.UUIDField()
    revision = models.IntegerField()
    state = models.TextField()
    histories = models.JSONField(default=list)
    inputs = models.JSONField(default=dict)
    variables = models.JSONField(default=dict)
    labels = models.JSONField(default=list)
    trigger = models.JSONField(null=True)
    trigger_id = models.TextField(null=True)
    parent_id = models.UUIDField(null=True)
    parent_task_run_id = models.UUIDField(null=True)
    original_id = models.UUIDField()
    replay_of = models.UUIDField(null=True)
    attempt_number = models.IntegerField(default=1)
    kind = models.TextField(null=True)
    scheduled_at = models.DateTimeField(null=True)
    priority = models.IntegerField(default=0)
    worker_group = models.TextField(default="default")
    kill_requested_at = models.DateTimeField(null=True)
    pause_requested_at = models.DateTimeField(null=True)
    breakpoints = models.JSONField(null=True)
    progress = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    outputs = models.JSONField(null=True)
    error = models.TextField(null=True)
    reason = models.JSONField(null=True)
    seq = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "execution"
        indexes = (
            models.Index(
                fields=["tenant_id", "namespace", "flow_id", "-id"],
                name="execution_by_flow",
            ),
            models.Index(
                fields=["tenant_id", "flow_id", "namespace", "-id"],
                name="execution_by_flow_id",
            ),
            models.Index(fields=["tenant_id", "state", "-id"], name="execution_by_state"),
            models.Index(fields=["tenant_id", "ended_at", "-id"], name="execution_by_end"),
            models.Index(
                fields=["tenant_id", "namespace_id", "id"],
                name="execution_by_namespace",
            ),
            models.Index(
                fields=["tenant_id", "parent_id"],
                condition=models.Q(parent_id__isnull=False),
                name="execution_by_parent",
            ),
            models.Index(
                fields=["tenant_id", "flow_uid", "id"],
                condition=models.Q(ended_at__isnull=True),
                name="execution_live_by_flow",
            ),
        )
