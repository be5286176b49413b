"""API tokens: what is kept of them. The token itself is shown once and stored nowhere."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from downbeat.common.models import uuid7


class ApiToken(models.Model):
    """A principal's key: found by its public part, proved by the digest of its secret part.

    One that was made in a session of a tenant's identity provider reaches no further than that
    session did: into that tenant. One that was made with another token ends with it, at the latest:
    whoever revokes a token that has leaked ends all that a thief has made of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="tokens", db_constraint=False
    )
    name = models.CharField(max_length=150)
    description = models.TextField(blank=True, default="")
    lookup = models.CharField(max_length=12, unique=True)
    digest = models.BinaryField(max_length=32)
    trust_id = models.UUIDField(null=True)
    scopes = ArrayField(models.CharField(max_length=100), default=list)
    confined_to = models.ForeignKey(
        "tenants.Tenant",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    made_by = models.UUIDField(null=True)
    extended = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "created_at"], name="tenants_token_user"),
            models.Index(
                fields=["made_by"],
                condition=models.Q(made_by__isnull=False),
                name="tenants_token_made_by",
            ),
        ]
