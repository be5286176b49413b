"""Makes guardian's rows from bindings.

Two bindings may give the same permission on the same namespace, so rows are never added or taken
away one binding at a time: the union of all bindings of that principal there replaces them.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from downbeat.common.scope import current_tenant
from tenants.access.grants import NamespaceGroupPermission, NamespaceUserPermission
from tenants.access.queries import permission_id
from tenants.models import Binding, Group


def of_user(user_id: UUID, namespace_id: UUID) -> None:
    """What somebody's bindings on a namespace amount to."""
    rows = NamespaceUserPermission.objects.filter(
        content_object_id=namespace_id, user_id=user_id, tenant_id=current_tenant()
    )
    wanted = _wanted(Binding.objects.filter(user_id=user_id, namespace_id=namespace_id))
    have = set(rows.values_list("permission_id", flat=True))
    rows.filter(permission_id__in=have - wanted).delete()
    NamespaceUserPermission.objects.bulk_create(
        NamespaceUserPermission(
            user_id=user_id, content_object_id=namespace_id, permission_id=permission
        )
        for permission in sorted(wanted - have)
    )


def of_group(group_id: UUID, namespace_id: UUID) -> None:
    """What a group's bindings on a namespace amount to."""
    store_group_id = Group.objects.values_list("store_group_id", flat=True).get(id=group_id)
    rows = NamespaceGroupPermission.objects.filter(
        content_object_id=namespace_id, group_id=store_group_id, tenant_id=current_tenant()
    )
    wanted = _wanted(Binding.objects.filter(group_id=group_id, namespace_id=namespace_id))
    have = set(rows.values_list("permission_id", flat=True))
    rows.filter(permission_id__in=have - wanted).delete()
    NamespaceGroupPermission.objects.bulk_create(
        NamespaceGroupPermission(
            group_id=store_group_id, content_object_id=namespace_id, permission_id=permission
        )
        for permission in sorted(wanted - have)
    )


def _wanted(bindings: QuerySet[Binding]) -> set[int]:
    roles = bindings.values_list("role__permissions", flat=True)
    return {permission_id(name) for permissions in roles for name in permissions}
