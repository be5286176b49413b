"""Makes guardian's rows from bindings.

Two bindings may give the same permission on the same namespace, so rows are never added or taken
away one binding at a time: the union of all bindings of that principal there replaces them.
"""

from __future__ import annotations

from uuid import UUID

from django.db import connections
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


# For each kind of principal: guardian's table, its column, and how a binding names the principal.
_KINDS = (
    ("tenants_namespaceuserpermission", "user_id", "b.user_id", ""),
    (
        "tenants_namespacegrouppermission",
        "group_id",
        "g.store_group_id",
        "join tenants_group g on g.tenant_id = b.tenant_id and g.id = b.group_id",
    ),
)
_AMOUNTS_TO = """
    select distinct b.tenant_id, {principal} as principal, b.namespace_id, p.id as permission_id
      from tenants_binding b {join}
      join tenants_role r on r.tenant_id = b.tenant_id and r.id = b.role_id
      join auth_permission p on p.codename = any(r.permissions)
      join django_content_type t on t.id = p.content_type_id and t.app_label = 'tenants'
     where b.tenant_id = %(tenant)s and {principal} is not null
       and exists (select 1 from tenants_binding s
                    where s.tenant_id = b.tenant_id and s.role_id = %(role)s
                      and s.namespace_id = b.namespace_id and s.user_id is not distinct from b.user_id
                      and s.group_id is not distinct from b.group_id)
"""
_TAKE = """
    delete from {table} k using (
        select distinct {principal} as principal, b.namespace_id from tenants_binding b {join}
         where b.tenant_id = %(tenant)s and b.role_id = %(role)s
    ) bound
     where k.tenant_id = %(tenant)s and k.{column} = bound.principal
       and k.content_object_id = bound.namespace_id
       and (k.{column}, k.content_object_id, k.permission_id) not in (
           select principal, namespace_id, permission_id from ({amounts}) wanted)
"""
_GIVE = """
    insert into {table} (tenant_id, {column}, content_object_id, permission_id)
    select tenant_id, principal, namespace_id, permission_id from ({amounts}) wanted
    on conflict do nothing
"""


def of_role(role_id: UUID) -> None:
    """What everybody who is bound to a role holds where they are bound: four statements."""
    facts = {"tenant": current_tenant(), "role": role_id}
    with connections["default"].cursor() as cursor:
        for table, column, principal, join in _KINDS:
            amounts = _AMOUNTS_TO.format(principal=principal, join=join)
            names = {"table": table, "column": column, "principal": principal, "join": join}
            for statement in (_TAKE, _GIVE):
                cursor.execute(statement.format(**names, amounts=amounts), facts)


def _wanted(bindings: QuerySet[Binding]) -> set[int]:
    roles = bindings.values_list("role__permissions", flat=True)
    return {permission_id(name) for permissions in roles for name in permissions}
