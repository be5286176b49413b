"""guardian's rows: which permission somebody, or a group, holds on which namespace.

Direct foreign keys instead of guardian's generic ones, with the tenant in each row, so that
row-level security and composite keys hold for rights as for everything else. Written from
bindings only.
"""

from __future__ import annotations

from django.contrib.auth.models import Group as StoreGroup
from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from downbeat.common.scope import current_tenant
from tenants.models import Namespace, User


class NamespaceUserPermission(UserObjectPermissionBase):
    """Somebody may do something on a namespace and below it."""

    tenant_id = models.UUIDField(default=current_tenant, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    content_object = models.ForeignKey(
        Namespace, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )

    class Meta(UserObjectPermissionBase.Meta):
        app_label = "tenants"
        default_permissions = ()
        unique_together = [("user", "permission", "content_object")]


class NamespaceGroupPermission(GroupObjectPermissionBase):
    """The members of a group may do something on a namespace and below it."""

    tenant_id = models.UUIDField(default=current_tenant, editable=False)
    group = models.ForeignKey(
        StoreGroup, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    content_object = models.ForeignKey(
        Namespace, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )

    class Meta(GroupObjectPermissionBase.Meta):
        app_label = "tenants"
        default_permissions = ()
        unique_together = [("group", "permission", "content_object")]
