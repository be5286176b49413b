"""Policies: what flows and starts must and must not be, here and everywhere; and approvals by others."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from downbeat.common.models import TenantOwned, uuid7
from tenants.models.namespaces import Namespace


class Ruled(models.Model):
    """What a policy says, whoever has set it."""

    name = models.CharField(max_length=100)
    description = models.TextField(blank=True, default="")
    effect = models.CharField(max_length=16)
    mode = models.CharField(max_length=16)
    on = ArrayField(models.CharField(max_length=16))
    rules = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    updated_by = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Policy(TenantOwned, Ruled):
    """A rule of a namespace (the root: of the tenant) for itself and everything below."""

    namespace = models.ForeignKey(
        Namespace, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="tenants_policy_name")
        ]


class InstancePolicy(Ruled):
    """A rule of the instance for every tenant, or for those whose slugs match a glob."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenants = ArrayField(models.CharField(max_length=63), null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["name"], name="tenants_instancepolicy_name")]


class Approval(TenantOwned):
    """A change or a start that another person has to agree to; good for one use.

    `digest` stands for exactly what is asked for, and is computed here from `subject`, which is
    what the other person sees.
    """

    namespace = models.ForeignKey(
        Namespace, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=16)
    flow_id = models.CharField(max_length=150)
    digest = models.CharField(max_length=64)
    subject = models.JSONField(default=dict)
    note = models.TextField(blank=True, default="")
    state = models.CharField(max_length=16, default="PENDING")
    requested_by = models.UUIDField(null=True)
    requested_name = models.CharField(max_length=300)
    decided_by = models.UUIDField(null=True)
    decided_name = models.CharField(max_length=300, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant_id", "digest"], name="tenants_approval_digest"),
            models.Index(
                fields=["tenant_id", "state", "created_at"], name="tenants_approval_state"
            ),
        ]
