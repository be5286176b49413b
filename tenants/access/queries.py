"""The only reader of guardian's rows: three questions, each one query.

Rights are granted on a namespace and hold for all below it. `held_at` climbs from a namespace to
the root and takes every right that it meets; `held_below` descends from the grants to every
namespace they reach. Both recurse over `parent_id` and join a person's own grants and their
groups' with UNION (an OR over the two tables makes PostgreSQL give up its indexes).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models.expressions import RawSQL

from downbeat.common.scope import current_tenant, one_row
from tenants.actors import Reach
from tenants.paths import lineage

_GRANTS = """
    select g.content_object_id as namespace_id from tenants_namespaceuserpermission g
     where g.tenant_id = %(tenant)s and g.user_id = %(user)s and g.permission_id = %(permission)s
    union all
    select g.content_object_id from tenants_namespacegrouppermission g
      join tenants_group o on o.store_group_id = g.group_id and o.tenant_id = g.tenant_id
      join tenants_membership m on m.group_id = o.id and m.tenant_id = o.tenant_id
     where g.tenant_id = %(tenant)s and m.user_id = %(user)s and g.permission_id = %(permission)s
"""
_HELD_AT = """
    with recursive here as materialized (
        select id, parent_id from tenants_namespace where tenant_id = %(tenant)s and {place}
    ), chain(id, parent_id) as (
        select id, parent_id from here
        union all
        select n.id, n.parent_id from tenants_namespace n join chain c on n.id = c.parent_id
         where n.tenant_id = %(tenant)s
    )
    select (select id from here), array(
        select g.permission_id from chain
          join tenants_namespaceuserpermission g on g.content_object_id = chain.id
         where g.tenant_id = %(tenant)s and g.user_id = %(user)s
        union
        select g.permission_id from chain
          join tenants_namespacegrouppermission g on g.content_object_id = chain.id
          join tenants_group o on o.store_group_id = g.group_id and o.tenant_id = g.tenant_id
          join tenants_membership m on m.group_id = o.id and m.tenant_id = o.tenant_id
         where g.tenant_id = %(tenant)s and m.user_id = %(user)s)
"""
_HELD_AT_ID = _HELD_AT.format(place="id = %(namespace)s")
_HELD_AT_PATH = _HELD_AT.format(
    place="path = any(%(paths)s) order by cardinality(ancestors) desc limit 1"
)
_REACH = f"""
    select count(*) > 0, coalesce(bool_or(n.parent_id is null), false)
      from ({_GRANTS}) grants join tenants_namespace n on n.id = grants.namespace_id
     where n.tenant_id = %(tenant)s
"""
_HELD_ANYWHERE = """
    select g.permission_id from tenants_namespaceuserpermission g
     where g.tenant_id = %(tenant)s and g.user_id = %(user)s
    union
    select g.permission_id from tenants_namespacegrouppermission g
      join tenants_group o on o.store_group_id = g.group_id and o.tenant_id = g.tenant_id
      join tenants_membership m on m.group_id = o.id and m.tenant_id = o.tenant_id
     where g.tenant_id = %(tenant)s and m.user_id = %(user)s
"""
_HELD_BELOW = f"""
    with recursive held(id) as (
        select namespace_id from ({_GRANTS}) grants
        union
        select n.id from tenants_namespace n join held on n.parent_id = held.id
         where n.tenant_id = %(tenant)s
    ) select id from held
"""


def held_at(user_id: UUID, place: UUID | str) -> tuple[UUID, frozenset[int]] | None:
    """A namespace and everything that somebody holds on it or above it, in one query.

    A text is a path, and stands for its nearest ancestor where it does not exist; None when the
    tenant has no such place at all.
    """
    facts: dict[str, object] = {"tenant": current_tenant(), "user": user_id}
    if isinstance(place, UUID):
        found = one_row(_HELD_AT_ID, {**facts, "namespace": place})
    else:
        found = one_row(_HELD_AT_PATH, {**facts, "paths": lineage(place)})
    if found is None or found[0] is None:
        return None
    return found[0], frozenset(found[1])


def held_anywhere(user_id: UUID) -> frozenset[int]:
    """Everything that somebody holds on at least one namespace of the tenant, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD_ANYWHERE, {"tenant": current_tenant(), "user": user_id})
        return frozenset(row[0] for row in cursor.fetchall())


def reach(user_id: UUID, permission: str) -> Reach:
    """Whether somebody holds a permission on any namespace of the tenant, and on its root."""
    found = one_row(_REACH, _facts(user_id, permission))
    return Reach(*found) if found else Reach(somewhere=False, everywhere=False)


def held_below(user_id: UUID, permission: str) -> RawSQL:
    """The ids of all namespaces where somebody holds a permission, for `…__in`."""
    # Expressions take positional parameters only.
    facts = _facts(user_id, permission)
    names = _names(_HELD_BELOW)
    sql = _HELD_BELOW
    for name in facts:
        sql = sql.replace(f"%({name})s", "%s")
    return RawSQL(sql, [facts[name] for name in names])  # noqa: S611  values are parameters


def permission_id(permission: str) -> int:
    """The row that guardian's tables point at."""
    return _permission_ids()[permission]


@lru_cache(maxsize=1)
def _permission_ids() -> dict[str, int]:
    rows = Permission.objects.filter(content_type__app_label="tenants")
    return dict(rows.values_list("codename", "id"))


def _names(sql: str) -> Sequence[str]:
    return [part.partition(")s")[0] for part in sql.split("%(")[1:]]


def _facts(user_id: UUID, permission: str) -> dict[str, object]:
    return {
        "tenant": current_tenant(),
        "user": user_id,
        "permission": permission_id(permission),
    }
