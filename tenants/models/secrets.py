"""Secrets of namespaces: encrypted values that no route ever gives back."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Upper

from downbeat.common.models import TenantOwned
from tenants.models.namespaces import Namespace
from tenants.models.sealed import SealedText


class Secret(TenantOwned):
    """One encrypted value, named without regard to case."""

    namespace = models.ForeignKey(
        Namespace, on_delete=models.DO_NOTHING, related_name="secrets", db_constraint=False
    )
    key = models.CharField(max_length=150)
    value = SealedText()
    version = models.IntegerField(default=1)
    description = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list)
    updated_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                "tenant_id", "namespace", Upper("key"), name="tenants_secret_key"
            )
        ]
