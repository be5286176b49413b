"""The locks between tenants, taken off one at a time: each has to hold alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, models
from psycopg import sql

from downbeat.common.models import TenantManager
from downbeat.common.scope import GUC
from tests.support.database import Server

_GUARDED = """
    select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relrowsecurity and n.nspname = 'public' order by 1
"""
_OWNED = """
    select c.relname, exists (select 1 from pg_attribute i where i.attrelid = c.oid
                               and i.attname = 'id' and i.atttypid = 'uuid'::regtype)
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
      join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1
"""
# Which rights were used is kept in memory and written with whichever request comes later.
LATER = frozenset({"tenants_permissionuse"})
# What this transaction wrote to, partitions by the name of the whole.
_WRITTEN = """
    select distinct coalesce(p.inhparent, s.relid)::regclass::text
      from pg_stat_xact_user_tables s left join pg_inherits p on p.inhrelid = s.relid
     where s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0
"""
_TOUCHED = """
    select count(*), count(*) filter (
        where xmin::text::bigint >= pg_current_xact_id()::text::bigint)
      from {table} where tenant_id = %s
"""


@contextmanager
def without_the_manager(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The managers show every row that the database shows: its policies are alone."""
    with patch.context() as patched:
        plain = models.Manager.get_queryset
        patched.setattr(TenantManager, "get_queryset", lambda self: plain(self))
        yield


@contextmanager
def without_policies(server: Server) -> Iterator[None]:
    """The database shows every row to everybody: the queries are alone."""
    with server.superuser(str(connection.settings_dict["NAME"])) as superuser:
        tables = [str(row[0]) for row in superuser.execute(_GUARDED).fetchall()]
        _secured(superuser, tables, "disable")
        try:
            yield
        finally:
            _secured(superuser, tables, "enable")


def _secured(superuser: Any, tables: list[str], verb: str) -> None:
    for table in tables:
        statement = sql.SQL("alter table {} {} row level security")
        superuser.execute(statement.format(sql.Identifier(table), sql.SQL(verb)))


@dataclass(frozen=True)
class Rows:
    """The rows of one tenant: their ids, and whether somebody touched them."""

    tenant_id: UUID
    ids: frozenset[str]
    counts: dict[str, int]

    @classmethod
    def of(cls, server: Server, tenant_id: UUID) -> Rows:
        """As they are now."""
        ids: set[str] = set()
        counts: dict[str, int] = {}
        with server.superuser(str(connection.settings_dict["NAME"])) as superuser:
            for table, has_id in superuser.execute(_OWNED).fetchall():
                column = sql.Identifier("id" if has_id else "tenant_id")
                query = sql.SQL("select {} from {} where tenant_id = %s")
                name = sql.Identifier(str(table))
                rows = superuser.execute(query.format(column, name), [tenant_id]).fetchall()
                counts[str(table)] = len(rows)
                ids |= {str(row[0]) for row in rows} - {str(tenant_id)}
        return cls(tenant_id, frozenset(ids), counts)

    def harmed(self) -> list[str]:
        """The tables to whose rows something was done in the transaction that is open."""
        with connection.cursor() as cursor:
            cursor.execute(_WRITTEN)
            tables = [row[0] for row in cursor.fetchall() if row[0] in self.counts.keys() - LATER]
            cursor.execute("select set_config(%s, %s, true)", [GUC, str(self.tenant_id)])
            found = []
            for table in tables:
                cursor.execute(_TOUCHED.format(table=table), [self.tenant_id])
                count, touched = cursor.fetchone()
                if touched or count != self.counts[table]:
                    found.append(table)
        return found
