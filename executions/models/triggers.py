"""Where each trigger stands, what it has fired, and which starts were seen before."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models

from downbeat.common.models import TenantManager, TenantOwned


class TriggerState(TenantOwned):
    """One trigger of a flow's current revision, with the moment of its next evaluation.

    Polls are claimed by lease as attempts are; ``lease_epoch`` fences the poll's result.
    """

    namespace_id = models.UUIDField()
    namespace = models.TextField()
    flow_id = models.TextField()
    flow_uid = models.UUIDField()
    revision = models.IntegerField()
    trigger_id = models.TextField()
    type = models.TextField()
    family = models.TextField()
    spec = models.JSONField(default=dict)
    webhook_key_hash = models.TextField(null=True)
    source_disabled = models.BooleanField(default=False)
    disabled = models.BooleanField(default=False)
    next_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    evaluated_at = models.DateTimeField(null=True)
    state = models.JSONField(null=True)
    execution_id = models.UUIDField(null=True)
    backfill = models.JSONField(null=True)
    error = models.TextField(null=True)
    worker_group = models.TextField(null=True)
    lease_epoch = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker_id = models.UUIDField(null=True)
    version = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=TransactionNow())
    updated_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "trigger_state"
        constraints = (
            models.UniqueConstraint(
                fields=["tenant_id", "namespace", "flow_id", "trigger_id"],
                name="trigger_state_one_per_trigger",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_at"],
                condition=models.Q(next_at__isnull=False, disabled=False, source_disabled=False),
                name="trigger_state_due",
            ),
            models.Index(fields=["tenant_id", "flow_uid"], name="trigger_state_by_flow"),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(lease_until__isnull=False),
                name="trigger_state_leased",
            ),
            models.Index(
                fields=["tenant_id", "execution_id"],
                condition=models.Q(execution_id__isnull=False),
                name="trigger_state_running",
            ),
        )


class TriggerFired(models.Model):
    """A cause that has fired: the same key of a trigger never starts a second execution."""

    pk = models.CompositePrimaryKey("tenant_id", "trigger_state_id", "key")
    tenant_id = models.UUIDField()
    trigger_state_id = models.UUIDField()
    key = models.TextField()
    execution_id = models.UUIDField()
    logical_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=TransactionNow())

    objects = TenantManager()

    class Meta:
        db_table = "trigger_fired"
        indexes = (
            models.Index(
                fields=["tenant_id", "trigger_state_id", "created_at"],
                name="trigger_fired_by_age",
            ),
        )


class IdempotencyKey(models.Model):
    """A start that a client may repeat: the same key gives the same execution for a day."""

    pk = models.CompositePrimaryKey("tenant_id", "route", "key")
    tenant_id = models.UUIDField()
    route = models.TextField()
    key = models.TextField()
    body_hash = models.TextField()
    execution_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=TransactionNow())

    objects = TenantManager()

    class Meta:
        db_table = "idempotency_key"
        indexes = (models.Index(fields=["created_at"], name="idempotency_key_by_age"),)
