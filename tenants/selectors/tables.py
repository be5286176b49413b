"""Which tables hold rows of tenants, as the database's catalogue says."""

from __future__ import annotations

from graphlib import TopologicalSorter

from django.db import connections

_TABLES = """
    select c.relname from pg_class c
      join pg_namespace s on s.oid = c.relnamespace and s.nspname = current_schema()
     where c.relkind in ('r', 'p') and not c.relispartition and c.relforcerowsecurity
     order by c.relname
"""
_POINTS_AT = """
    select distinct child.relname, parent.relname from pg_constraint k
      join pg_class child on child.oid = k.conrelid
      join pg_class parent on parent.oid = k.confrelid
     where k.contype = 'f' and child.oid <> parent.oid
"""


def tenant_tables() -> list[str]:
    """Every table under forced row-level security, pointing tables before those they point at."""
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
