"""Deletes data keys that open nothing any more.

A data key that was replaced opens what it has sealed. Values in columns of their own move to the
new key by a rotation; what executions keep does not, it goes with them. So a key that was retired
is dead once no row of its tenant names it, in whichever column: a token begins with the name of its
key. What is in files lies in folders of executions, of which the caller knows whether they are gone.
A key that is deleted too early cannot be had back, so every row is read, and a doubt keeps the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connections
from psycopg import sql

from downbeat.common.scope import tenant_scope
from tenants.models import DataKey
from tenants.services import data_keys, keys

_RETIRED: Final = """
    select tenant_id, name, retired_at from tenants_datakey
     where retired_at < now() - %s order by tenant_id, retired_at
"""
_TABLES: Final = """
    select c.relname from pg_class c
      join pg_namespace s on s.oid = c.relnamespace and s.nspname = current_schema()
     where c.relkind in ('r', 'p') and not c.relispartition and c.relforcerowsecurity
       and has_table_privilege(c.oid, 'select')
     order by c.relname
"""


@dataclass(frozen=True)
class RetiredKey:
    """A data key that seals nothing more."""

    tenant_id: UUID
    name: str
    retired_at: datetime


def retired_keys(longer_than: timedelta) -> list[RetiredKey]:
    """Keys that have been retired for so long, of every tenant; for the upkeep."""
    with connections["system"].cursor() as cursor:
        facts: list[Any] = [longer_than]
        cursor.execute(_RETIRED, facts)
        return [RetiredKey(*row) for row in cursor.fetchall()]


def forget_unused(key: RetiredKey) -> bool:
    """Deletes the key if no row of its tenant names it; whether it is gone.

    Reads every row of the tenant when it is: ask only when nothing of the key's time can be left.
    """
    with tenant_scope(key.tenant_id):
        if any(_names(table, key) for table in _tables()):
            return False
        rows = DataKey.objects.filter(name=key.name, retired_at__isnull=False)
        gone = bool(rows.delete()[0])
    data_keys.forget()
    return gone


def _tables() -> list[str]:
    with connections["default"].cursor() as cursor:
        cursor.execute(_TABLES)
        return [name for (name,) in cursor.fetchall()]


def _names(table: str, key: RetiredKey) -> bool:
    """Whether a row has a token of the key. The whole row as text: no column can be forgotten."""
    found = sql.SQL("select exists (select 1 from {0} t where position(%s in t::text) > 0)")
    token = f"{keys.VERSION}.{key.name}."
    with connections["default"].cursor() as cursor:
        cursor.execute(found.format(sql.Identifier(table)), [token])
        return bool(cursor.fetchone()[0])
