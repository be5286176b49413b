"""How much a tenant, a namespace or a flow may use, and what is stopped."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned, uuid7
from tenants.models.namespaces import Namespace


class Quota(TenantOwned):
    """A ceiling on a namespace (the root stands for the tenant), or on one flow of it.

    Ceilings of the instance stand beside those of the tenant: both hold. They name no namespace
    that a tenant could delete.
    """

    namespace = models.ForeignKey(
        Namespace, on_delete=models.DO_NOTHING, related_name="quotas", db_constraint=False
    )
    flow_id = models.CharField(max_length=150, blank=True, default="")
    kind = models.CharField(max_length=40)
    amount = models.BigIntegerField()
    policy = models.CharField(max_length=10)
    of_instance = models.BooleanField(default=False)
    updated_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "namespace", "flow_id", "kind", "of_instance"],
                name="tenants_quota_once",
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="tenants_quota_amount"),
        ]


class KillSwitch(models.Model):
    """Stops executions of a flow, a namespace, a tenant or (without one) of the whole instance.

    ``active`` follows from ``enabled`` and the dates by the database's clock; only the sweep turns
    it with time, so that all processes see the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="kill_switches",
        db_constraint=False,
    )
    namespace = models.CharField(max_length=150, blank=True, default="")
    flow_id = models.CharField(max_length=150, blank=True, default="")
    name = models.CharField(max_length=150)
    reason = models.TextField(blank=True, default="")
    starts = models.CharField(max_length=10)
    running = models.CharField(max_length=10)
    maintenance = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["tenant", "namespace"], name="tenants_killswitch_place")]
        constraints = [
            models.UniqueConstraint(
                fields=["maintenance"],
                condition=models.Q(maintenance=True, enabled=True),
                name="tenants_killswitch_maintenance",
            )
        ]


class RequestBucket(models.Model):
    """When a tenant's API requests have used up what they may, by the generic cell rate algorithm."""

    tenant = models.OneToOneField(
        "tenants.Tenant",
        on_delete=models.DO_NOTHING,
        primary_key=True,
        related_name="+",
        db_constraint=False,
    )
    due_at = models.DateTimeField()

    class Meta:
        default_permissions = ()


class StorageUse(TenantOwned):
    """Bytes that lie below a place in storage: measured once, then kept up with what is written.

    Only places with a quota have a row; the upkeep measures them anew.
    """

    namespace = models.CharField(max_length=150, blank=True, default="")
    used = models.BigIntegerField(default=0)
    measured_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "namespace"], name="tenants_storageuse_once"
            )
        ]
