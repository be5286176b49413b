"""Where the secrets of a namespace live, if that is not here."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned
from tenants.models.namespaces import Namespace
from tenants.models.sealed import SealedText


class SecretManager(TenantOwned):
    """The manager of one namespace's secrets, and of those below it that have none of their own.

    `credentials` are sealed and authenticated with their place. `version` counts changes, so that
    nothing remembered of an older configuration is used.
    """

    namespace = models.OneToOneField(
        Namespace, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=32)
    config = models.JSONField(default=dict)
    credentials = SealedText(blank=True, default="")
    read_only = models.BooleanField(default=False)
    inherit = models.BooleanField(default=True)
    version = models.IntegerField(default=0)
    updated_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = False
