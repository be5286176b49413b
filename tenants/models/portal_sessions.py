"""Sessions of browsers: whose each is, since when, and from where."""

from __future__ import annotations

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from downbeat.common.models import uuid7


class PortalSession(AbstractBaseSession):
    """A session of a browser; without a person, one that waits for a second factor.

    `id` names it to its owner, who never sees the key of another one. `proof` is what the person's
    password and epoch made of it at its begin: when these change, it has ended. A session that a
    tenant's provider vouched for names that tenant and the provider's own session.
    """

    id = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey(
        "tenants.User",
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        null=True,
    )
    proof = models.CharField(max_length=128, blank=True, default="")
    tenant_id = models.UUIDField(null=True)
    vouched_by = models.UUIDField(null=True)
    address = models.CharField(max_length=64, blank=True, default="")
    agent = models.CharField(max_length=300, blank=True, default="")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        default_permissions = ()
        indexes = [models.Index(fields=["user"], name="tenants_session_user")]
