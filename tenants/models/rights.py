"""Roles, groups and bindings: the truth about rights. guardian's rows are made from bindings."""

from __future__ import annotations

from django.contrib.auth.models import Group as StoreGroup
from django.contrib.postgres.fields import ArrayField
from django.db import models

from downbeat.common.models import TenantOwned
from tenants.models.namespaces import Namespace


class Role(TenantOwned):
    """A named set of actions."""

    name = models.CharField(max_length=150)
    description = models.TextField(blank=True, default="")
    permissions = ArrayField(models.CharField(max_length=100))
    built_in = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="tenants_role_name")
        ]


class Group(TenantOwned):
    """People of one tenant under one name.

    guardian insists on Django's groups, whose names are unique in the whole instance: the group
    there is named by a UUID, so that two tenants' "analysts" have nothing in common.
    """

    name = models.CharField(max_length=150)
    description = models.TextField(blank=True, default="")
    store_group = models.OneToOneField(
        StoreGroup, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="tenants_group_name")
        ]


class Membership(TenantOwned):
    """Somebody belongs to a group: by hand, or because an identity provider says so at log-ins.

    `source` names the provider, and is empty where people wrote it.
    """

    group = models.ForeignKey(
        Group, on_delete=models.DO_NOTHING, related_name="memberships", db_constraint=False
    )
    user = models.ForeignKey(
        "tenants.User", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    owner = models.BooleanField(default=False)
    source = models.CharField(max_length=150, blank=True, default="")

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "group", "user"], name="tenants_membership_once"
            )
        ]
        indexes = [models.Index(fields=["tenant_id", "user"], name="tenants_membership_user")]


class Binding(TenantOwned):
    """Somebody, or a group, has a role on a namespace and all below it; on the root, everywhere."""

    user = models.ForeignKey(
        "tenants.User",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    group = models.ForeignKey(
        Group, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    role = models.ForeignKey(
        Role, on_delete=models.DO_NOTHING, related_name="bindings", db_constraint=False
    )
    namespace = models.ForeignKey(
        Namespace, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(group__isnull=True),
                name="tenants_binding_principal",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "user", "group", "role", "namespace"],
                nulls_distinct=False,
                name="tenants_binding_once",
            ),
        ]
