"""The audit trail: what was done, by whom, from where; each entry linked to the one before.

Theory of operation. Services insert entries; nobody updates or deletes them (the database roles of
the application may not). A deferred trigger links each entry when its transaction commits: it
locks the tenant's chain, takes the next number, and stores sha256(hash before, digest of the entry,
number). The lock is the last thing that a transaction takes, so it is held for the length of
a commit and no two transactions can wait for each other over it.
"""

from __future__ import annotations

from django.db import models

from downbeat.common import clock
from downbeat.common.models import TenantOwned


class AuditEntry(TenantOwned):
    """One thing that somebody did, or was refused.

    `body` is the whole entry as canonical JSON, and what `digest` is taken of; the columns repeat
    parts of it for searches, and a verification compares them.
    """

    at = models.DateTimeField(default=clock.now)
    type = models.CharField(max_length=16)
    action = models.CharField(max_length=100)
    resource = models.CharField(max_length=32)
    object_id = models.CharField(max_length=300, blank=True, default="")
    namespace = models.CharField(max_length=150, blank=True, default="")
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=300)
    body = models.TextField()
    digest = models.BinaryField(max_length=32)

    class Meta(TenantOwned.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant_id", "at"], name="tenants_audit_at"),
            models.Index(
                fields=["tenant_id", "resource", "object_id"], name="tenants_audit_object"
            ),
            models.Index(fields=["tenant_id", "actor_id", "at"], name="tenants_audit_actor"),
        ]


class AuditLink(TenantOwned):
    """An entry's place in its tenant's chain; written by the trigger."""

    seq = models.BigIntegerField()
    entry = models.OneToOneField(
        AuditEntry, on_delete=models.DO_NOTHING, related_name="link", db_constraint=False
    )
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "seq"], name="tenants_auditlink_seq")
        ]


class AuditChain(TenantOwned):
    """Where a tenant's chain ends, and where it begins since older entries were removed."""

    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=b"")
    floor_seq = models.BigIntegerField(default=0)
    floor_hash = models.BinaryField(max_length=32, default=b"")

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id"], name="tenants_auditchain_tenant")
        ]
