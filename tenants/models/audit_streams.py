"""Where audit trails are sent besides being kept: webhooks and syslog collectors."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from downbeat.common.models import TenantOwned
from tenants.models.sealed import SealedText


class AuditStream(TenantOwned):
    """One receiver of a trail, and how far it has got.

    `seq` is the last entry that it has or that was given up for it. Entries leave in the order of
    the chain, each at least once. A lease makes one process at a time send; what a process with an
    older `epoch` still wants to write changes nothing.
    """

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=16)
    config = models.JSONField(default=dict)
    secret = SealedText(blank=True, default="")
    enabled = models.BooleanField(default=True)
    seq = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")
    next_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    epoch = models.BigIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="tenants_auditstream_name")
        ]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(enabled=True), name="tenants_auditstream_due"
            )
        ]


class AuditDeadLetter(TenantOwned):
    """Entries that a receiver refused for good, or that were gone before it took them."""

    stream = models.ForeignKey(
        AuditStream, on_delete=models.DO_NOTHING, related_name="dead", db_constraint=False
    )
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    error = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta(TenantOwned.Meta):
        abstract = False
        indexes = [models.Index(fields=["tenant_id", "stream"], name="tenants_auditdead_of")]
