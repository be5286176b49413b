"""Identity providers of tenants, whom they know, and the sign-ins under way."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from downbeat.common.models import TenantOwned
from tenants.models.sealed import SealedText


class IdentityProvider(TenantOwned):
    """Where people of a tenant sign in. `sealed` holds its secrets, encrypted as a whole."""

    name = models.CharField(max_length=63)
    display_name = models.CharField(max_length=150)
    kind = models.CharField(max_length=8)
    enabled = models.BooleanField(default=False)
    position = models.IntegerField(default=0)
    domains = ArrayField(models.CharField(max_length=253), default=list)
    config = models.JSONField(default=dict)
    rules = models.JSONField(default=dict)
    sealed = SealedText()
    certificate = models.TextField(blank=True, default="")
    version = models.IntegerField(default=1)
    updated_by = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="tenants_provider_name")
        ]


class ExternalIdentity(TenantOwned):
    """A subject of an issuer is a person of ours, in this tenant and nowhere else.

    The issuer is a name that the tenant's administrator wrote: for SAML anybody may write any. So
    the same pair in another tenant is somebody else.
    """

    provider = models.ForeignKey(
        IdentityProvider,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="identities",
        db_constraint=False,
    )
    user = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=8)
    issuer = models.CharField(max_length=1024)
    subject = models.CharField(max_length=255)
    email = models.CharField(max_length=254, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    last_login_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "kind", "issuer", "subject"], name="tenants_identity_once"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "user"], name="tenants_identity_user")]


class FederatedSession(TenantOwned):
    """A session that a provider vouched for; the cookie's session names it and dies with it."""

    provider = models.ForeignKey(
        IdentityProvider, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    identity = models.ForeignKey(
        ExternalIdentity, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    user = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    sid = models.CharField(max_length=1024, blank=True, default="")
    name_id_format = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant_id", "user"], name="tenants_fedsession_user"),
            models.Index(fields=["tenant_id", "expires_at"], name="tenants_fedsession_end"),
        ]


class SignInAttempt(TenantOwned):
    """A sign-in that somebody began and the provider has not answered yet, or a finished test.

    `sealed` holds what must match the answer (nonce, PKCE verifier) and, of a test, the provider
    as it was written and what came back.
    """

    provider = models.ForeignKey(
        IdentityProvider,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    provider_name = models.CharField(max_length=63)
    purpose = models.CharField(max_length=8)
    state = models.BinaryField(max_length=32)
    browser = models.BinaryField(max_length=32)
    step = models.CharField(max_length=10, default="STARTED")
    user = models.ForeignKey(
        "tenants.User",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    next = models.CharField(max_length=2000, blank=True, default="")
    sealed = SealedText()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "state"], name="tenants_attempt_state")
        ]
        indexes = [models.Index(fields=["tenant_id", "expires_at"], name="tenants_attempt_end")]


class SeenAssertion(TenantOwned):
    """An assertion or log-out token that was used; a second use is refused until it has expired."""

    provider = models.ForeignKey(
        IdentityProvider, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    digest = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "provider", "digest"], name="tenants_assertion_once"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "expires_at"], name="tenants_assertion_end")]
