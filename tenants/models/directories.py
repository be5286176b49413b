"""Directories outside that say by SCIM who belongs to a tenant, and what they said."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from downbeat.common.models import TenantOwned
from tenants.models.rights import Group


class DirectoryClient(TenantOwned):
    """A directory and its token. While a token is exchanged the one before it still opens."""

    name = models.CharField(max_length=150)
    description = models.TextField(blank=True, default="")
    enabled = models.BooleanField(default=True)
    lookup = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()
    previous_lookup = models.CharField(max_length=12, blank=True, default="")
    previous_digest = models.BinaryField(max_length=32, default=b"")
    previous_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="tenants_directory_name"),
            models.UniqueConstraint(
                fields=["tenant_id", "lookup"], name="tenants_directory_lookup"
            ),
        ]


class DirectoryPerson(TenantOwned):
    """Somebody as a directory describes them; the account itself belongs to no tenant.

    `document` is the whole resource as it was written; the columns repeat what is searched for.
    """

    client = models.ForeignKey(
        DirectoryClient, on_delete=models.DO_NOTHING, related_name="people", db_constraint=False
    )
    user = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    user_name = models.CharField(max_length=300)
    external_id = models.CharField(max_length=300, blank=True, default="")
    active = models.BooleanField(default=True)
    document = models.JSONField(default=dict)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "user"], name="tenants_directoryperson_user"
            ),
            models.UniqueConstraint(
                "tenant_id", Lower("user_name"), name="tenants_directoryperson_name"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "external_id"], name="tenants_directoryperson_ext")
        ]


class DirectoryGroup(TenantOwned):
    """A group that a directory looks after: nobody changes its members by hand."""

    client = models.ForeignKey(
        DirectoryClient, on_delete=models.DO_NOTHING, related_name="groups", db_constraint=False
    )
    group = models.OneToOneField(
        Group, on_delete=models.DO_NOTHING, related_name="directory", db_constraint=False
    )
    external_id = models.CharField(max_length=300, blank=True, default="")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant_id", "external_id"], name="tenants_directorygroup_ext")
        ]


class DirectoryNesting(TenantOwned):
    """One group of a directory belongs to another: whoever is in the inner one is in the outer one."""

    outer = models.ForeignKey(
        DirectoryGroup, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    inner = models.ForeignKey(
        DirectoryGroup, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "outer", "inner"], name="tenants_nesting_once"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "inner"], name="tenants_nesting_inner")]
