"""Gives permissions that are new to built-in roles, and to everybody who is bound to them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import migrations


def give(role: str, permissions: Sequence[str]) -> list[migrations.RunSQL]:
    """Statements for one role; an instance that is new has none yet, and gets them afterwards."""
    new = "array[" + ", ".join(f"'{name}'" for name in permissions) + "]"
    roles = f"r.built_in and r.name = '{role}'"
    held = f"""
      from tenants_binding b
      join tenants_role r on r.tenant_id = b.tenant_id and r.id = b.role_id and {roles}
      join django_content_type t on t.app_label = 'tenants' and t.model = 'namespace'
      join auth_permission p on p.content_type_id = t.id and p.codename = any({new})
    """
    statements = (
        f"""
        insert into auth_permission (name, content_type_id, codename)
        select known, t.id, known from django_content_type t, unnest({new}) known
         where t.app_label = 'tenants' and t.model = 'namespace'
        on conflict do nothing
        """,
        f"""
        update tenants_role r set permissions = array(
            select distinct name from unnest(r.permissions || {new}::varchar[]) name order by name)
         where {roles}
        """,
        f"""
        insert into tenants_namespaceuserpermission
               (tenant_id, user_id, content_object_id, permission_id)
        select distinct b.tenant_id, b.user_id, b.namespace_id, p.id {held}
         where b.user_id is not null
        on conflict do nothing
        """,
        f"""
        insert into tenants_namespacegrouppermission
               (tenant_id, group_id, content_object_id, permission_id)
        select distinct b.tenant_id, g.store_group_id, b.namespace_id, p.id {held}
          join tenants_group g on g.tenant_id = b.tenant_id and g.id = b.group_id
        on conflict do nothing
        """,
    )
    return [migrations.RunSQL(one, migrations.RunSQL.noop) for one in statements]
