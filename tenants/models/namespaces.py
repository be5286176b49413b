"""Namespaces: a dotted path in a tenant, the scope of flows, secrets and bindings."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from downbeat.common.models import TenantOwned
from tenants.policy import PERMISSIONS


class Namespace(TenantOwned):
    """One node of the tenant's tree.

    `ancestors` holds the paths from the root to itself, so a subtree is one indexed comparison and
    never a comparison of prefixes (`company.data` is no ancestor of `company.database`). The root,
    with the empty path, stands for the tenant; it carries tenant-wide bindings.
    """

    path = models.CharField(max_length=150)
    parent = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, null=True, related_name="children", db_constraint=False
    )
    ancestors = ArrayField(models.CharField(max_length=150))
    description = models.TextField(blank=True, default="")
    variables = models.JSONField(default=dict)
    plugin_defaults = models.JSONField(default=list)
    allowed_namespaces = ArrayField(models.CharField(max_length=150), default=list)
    worker_group = models.CharField(max_length=63, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        permissions = [(name, name) for name in PERMISSIONS]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "path"], name="tenants_namespace_path")
        ]
        indexes = [
            GinIndex(fields=["ancestors"], name="tenants_namespace_tree"),
            models.Index(fields=["tenant_id", "parent"], name="tenants_namespace_child"),
        ]

    def __str__(self) -> str:
        return self.path
