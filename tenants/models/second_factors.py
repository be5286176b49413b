"""Second factors of people: what proves that they are there, besides the password."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import uuid7
from tenants.models.sealed import SealedText


class FactorKind(models.TextChoices):
    """An authenticator app, or a passkey."""

    TOTP = "TOTP"
    WEBAUTHN = "WEBAUTHN"


class SecondFactor(models.Model):
    """One factor. It counts from the moment at which its owner has proved it works.

    `sealed` is the secret of an app, or what a browser has to sign while a passkey is made;
    `counter` is the last step, or signature, that was used; `public_key` is a passkey's.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=16, choices=FactorKind.choices)
    name = models.CharField(max_length=150, blank=True, default="")
    sealed = SealedText(blank=True, default="")
    credential_id = models.BinaryField(max_length=1023, null=True, unique=True)
    public_key = models.BinaryField(default=b"")
    counter = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["user"], name="tenants_factor_user")]


class RecoveryCode(models.Model):
    """A way in for who has lost their factors, once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="tenants_recovery_once")
        ]
