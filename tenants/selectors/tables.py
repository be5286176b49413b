"""Which tables hold rows of tenants, as the database's catalogue says."""

from __future__ import annotations

from graphlib import TopologicalSorter

from django.db import connections

_TABLES = """
    select c.relname from pg_class c
      join pg_namespace s on s.oid = c.relnamespace and s.nspname = current_schema()
     where c.relkind in ('r', 'p') and not c.relispartition and c.relforcerowsecurity
       and has_table_privilege(c.oid, 'delete')
     order by c.relname
"""
_POINTS_AT = """
    select distinct child.relname, parent.relname from pg_constraint k
      join pg_class child on child.oid = k.conrelid
      join pg_class parent on parent.oid = k.confrelid
     where k.contype = 'f' and child.oid <> parent.oid
"""
_SELF_POINTING = """
    select distinct c.relname from pg_constraint k join pg_class c on c.oid = k.conrelid
     where k.contype = 'f' and k.confrelid = k.conrelid and k.confdeltype not in ('c', 'n')
"""
_OUTSIDE = """
    select c.relname, a.attname from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
      join pg_namespace s on s.oid = c.relnamespace and s.nspname = current_schema()
     where a.attname in ('tenant_id', 'home_tenant_id') and not a.attisdropped
       and not c.relrowsecurity and has_table_privilege(c.oid, 'delete')
     order by c.relname
"""


def tenant_tables() -> list[str]:
    """Every table that a tenant's deletion empties, pointing tables before those they point at.

    The audit trail is none of them: it stays until it is too old.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(_POINTS_AT)
        edges = [(child, parent) for child, parent in cursor.fetchall()]
    order: TopologicalSorter[str] = TopologicalSorter({table: set() for table in tables})
    for child, parent in edges:
        if child in tables and parent in tables:
            order.add(parent, child)
    return list(order.static_order())


def self_pointing_tables() -> list[str]:
    """Tables whose rows hold each other: a part of them cannot be deleted without the rest."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_SELF_POINTING)
        return [name for (name,) in cursor.fetchall()]


def outside_tables() -> list[tuple[str, str]]:
    """Tables of the instance that name a tenant, each with its column."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_OUTSIDE)
        return [(table, column) for table, column in cursor.fetchall()]
