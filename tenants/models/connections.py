"""Connections of namespaces: typed credentials, encrypted as a whole."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned
from tenants.models.namespaces import Namespace
from tenants.models.sealed import SealedText


class Connection(TenantOwned):
    """The values that one kind of outside system is reached with, under a name."""

    namespace = models.ForeignKey(
        Namespace, on_delete=models.DO_NOTHING, related_name="connections", db_constraint=False
    )
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=150)
    description = models.TextField(blank=True, default="")
    values = SealedText()
    version = models.IntegerField(default=1)
    updated_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "namespace", "name"], name="tenants_connection_name"
            )
        ]
