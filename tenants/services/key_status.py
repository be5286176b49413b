"""Says which keys seal how much, so that an operator knows when an old one may go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connections

from tenants.services import master_keys
from tenants.services.key_rotation import SEALED

# Executions keep sealed texts inside of JSON: in what they were started with, wherever their parents
# and triggers handed it on, and in what their tasks left.
_JSON: Final = """
    select c.relname, a.attname from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and not c.relispartition
      join pg_namespace s on s.oid = c.relnamespace and s.nspname = current_schema()
     where a.atttypid in ('jsonb'::regtype, 'json'::regtype) and not a.attisdropped
       and c.relname not like 'tenants\\_%' order by 1, 2
"""


@dataclass(frozen=True)
class KeyStatus:
    """What each key seals."""

    masters: dict[str, dict[str, int]]
    """By the operator's keys, then by place; the current key is there always."""
    data_keys: int
    """How many data keys seal now: one for each tenant."""
    retired: int
    """How many only open what they have sealed."""
    waiting: dict[str, int] = field(default_factory=dict)
    """Values by place that a retired data key seals, and that a rotation would move."""


def status() -> KeyStatus:
    """How many values each key seals. Reads all that executions keep: minutes on a large instance."""
    masters: dict[str, dict[str, int]] = {master_keys.current_key_name(): {}}
    with connections["system"].cursor() as cursor:
        for one in SEALED:
            _count(
                cursor,
                masters,
                one.place,
                f"select split_part({one.column}, '.', 2), count(*) from {one.table}"
                f" where {one.column} like 'v1.%' group by 1",
            )
        for table, column in _in_executions(cursor):
            _count(
                cursor,
                masters,
                f"{table}.{column}",
                f"select m[1], count(*) from {table}, regexp_matches({column}::text,"
                r" '\mv1\.([0-9a-f]{8})\.', 'g') m group by 1",
            )
        return KeyStatus(masters, *_data_keys(cursor), _waiting(cursor))


def _in_executions(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute(_JSON)
    return list(cursor.fetchall())


def _count(cursor: Any, found: dict[str, dict[str, int]], place: str, statement: str) -> None:
    cursor.execute(statement)
    for name, count in cursor.fetchall():
        found.setdefault(name, {})[place] = count


def _data_keys(cursor: Any) -> tuple[int, int]:
    cursor.execute(
        "select count(*) filter (where retired_at is null), count(*) from tenants_datakey"
    )
    sealing, all = cursor.fetchone()
    return sealing, all - sealing


def _waiting(cursor: Any) -> dict[str, int]:
    found = {}
    for one in SEALED:
        if one.by_master:
            continue
        cursor.execute(
            f"select count(*) from {one.table} t join tenants_datakey k on k.tenant_id = t.tenant_id"
            f" and k.name = split_part(t.{one.column}, '.', 2) where k.retired_at is not null"
        )
        (count,) = cursor.fetchone()
        if count:
            found[one.place] = count
    return found
