"""Invitations to a tenant, and the way from a link to the tenant that it is for."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned


class InvitationState(models.TextChoices):
    """What has become of an invitation; one that is pending may have expired."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REVOKED = "REVOKED"


class Invitation(TenantOwned):
    """Somebody is asked to join with these groups and roles; the inviter must still hold them then.

    Of the link the digest is kept. `bindings` are `{"roleId", "namespace"}`.
    """

    email = models.CharField(max_length=254)
    state = models.CharField(
        max_length=16, choices=InvitationState.choices, default=InvitationState.PENDING
    )
    lookup = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32)
    invited_by = models.ForeignKey(
        "tenants.User",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    groups = models.JSONField(default=list)
    bindings = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.UUIDField(null=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "email"],
                condition=models.Q(state="PENDING"),
                name="tenants_invitation_pending",
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "created_at"], name="tenants_invitation_at")]


class InvitationDoor(models.Model):
    """Which tenant an invitation is for, and whose account had the address when it was made.

    Nothing else: what it is about is read once the tenant is known.
    """

    invitation_id = models.UUIDField(primary_key=True)
    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    user = models.ForeignKey(
        "tenants.User",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
    )

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["user"], name="tenants_invited_user")]
