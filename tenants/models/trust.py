"""Issuers whose tokens a tenant trusts, and tokens that were taken once and never again."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from downbeat.common.models import TenantOwned


class TrustedIssuer(TenantOwned):
    """Tokens of an issuer, of a certain kind, act as a service account of the tenant.

    The issuer's keys are found by its own discovery, at `jwks_url`, or stand in `keys`.
    """

    name = models.CharField(max_length=150)
    description = models.TextField(blank=True, default="")
    enabled = models.BooleanField(default=True)
    issuer = models.CharField(max_length=500)
    jwks_url = models.CharField(max_length=1000, blank=True, default="")
    keys = models.JSONField(null=True)
    audiences = ArrayField(models.CharField(max_length=500))
    conditions = models.JSONField(default=list)
    algorithms = ArrayField(models.CharField(max_length=16))
    account = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    scopes = ArrayField(models.CharField(max_length=100), default=list)
    longest_life = models.IntegerField(default=3600)
    single_use = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="tenants_trust_name")
        ]
        indexes = [models.Index(fields=["tenant_id", "issuer"], name="tenants_trust_issuer")]


class TakenToken(TenantOwned):
    """A token of an issuer that was exchanged, until it would have expired anyway."""

    issuer = models.ForeignKey(
        TrustedIssuer, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    digest = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "issuer", "digest"], name="tenants_takentoken_once"
            )
        ]
