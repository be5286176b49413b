"""The database itself says that every tenant's table is isolated, whoever added it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from downbeat.common.models import TenantManager
from tenants.models.instance_tables import INSTANCE_TABLES
from tests.support.database import Server

pytestmark = pytest.mark.usefixtures("database")

TABLES = """
    select c.relname, c.relispartition, c.relrowsecurity, c.relforcerowsecurity,
           exists(select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id'
                   and not a.attisdropped)
      from pg_class c join pg_namespace s on s.oid = c.relnamespace and s.nspname = 'public'
     where c.relkind in ('r', 'p') order by 1
"""
POLICIES = """
    select tablename, array_agg(roles::text || ':' || coalesce(qual, '') || ':'
           || coalesce(with_check, '') order by roles::text) from pg_policies group by 1
"""
FOREIGN_KEYS = """
    select child.relname, k.conname, parent.relname,
           (select array_agg(a.attname::text order by o.n) from unnest(k.conkey) with ordinality o(c, n)
              join pg_attribute a on a.attrelid = k.conrelid and a.attnum = o.c)
      from pg_constraint k join pg_class child on child.oid = k.conrelid
      join pg_class parent on parent.oid = k.confrelid
     where k.contype = 'f' and not child.relispartition
"""


def _rows(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _isolated() -> set[str]:
    return {str(name) for name, _, _, forced, _ in _rows(TABLES) if forced}


def test_a_table_is_isolated_or_stands_in_the_list_of_the_instances_tables() -> None:
    open_tables = {
        str(name) for name, _, enabled, forced, _ in _rows(TABLES) if not (enabled and forced)
    }

    assert open_tables - set(INSTANCE_TABLES) == set()


def test_the_list_names_no_table_that_is_isolated() -> None:
    assert _isolated() & set(INSTANCE_TABLES) == set()


def test_an_isolated_table_shows_the_app_its_own_tenant_only() -> None:
    policies = {str(name): list(found) for name, found in _rows(POLICIES)}  # type: ignore[call-overload]
    parents = {str(name) for name, part, _, forced, _ in _rows(TABLES) if forced and not part}

    for table in sorted(parents):
        app = [policy for policy in policies[table] if policy.startswith("{downbeat_app}")]
        assert len(policies[table]) == 3, table
        assert len(app) == 1, table
        assert app[0].count("tenant_id = (NULLIF(current_setting('app.tenant'") == 2, table


def test_a_partition_is_reached_through_its_parent_only(database: Server) -> None:
    partitions = [str(name) for name, part, *_ in _rows(TABLES) if part]
    with connection.cursor() as cursor:
        for partition in partitions:
            cursor.execute("select has_table_privilege(%s, 'select')", [partition])
            assert cursor.fetchone() == (False,), partition


def test_a_key_between_tenants_tables_begins_with_the_tenant() -> None:
    isolated = _isolated()

    for child, name, parent, columns in _rows(FOREIGN_KEYS):
        if child in isolated and parent in isolated:
            assert isinstance(columns, list)
            assert columns[0] == "tenant_id", name


def test_the_app_role_truncates_nothing() -> None:
    sql = "select relname from pg_class where relkind in ('r', 'p') and has_table_privilege(oid, 'truncate')"

    assert _rows(sql + " and relnamespace = 'public'::regnamespace") == []


def test_no_view_and_no_function_looks_past_the_policies() -> None:
    views = "select relname from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace"
    definers = (
        "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
    )

    assert _rows(views) == []
    assert _rows(definers) == []


def test_a_model_of_a_tenant_has_the_fail_closed_manager() -> None:
    for model in apps.get_models():
        names = {field.column for field in model._meta.local_concrete_fields}
        table = model._meta.db_table
        guardian_rows = table.startswith("tenants_namespace") and table.endswith("permission")
        if "tenant_id" in names and table not in INSTANCE_TABLES and not guardian_rows:
            assert isinstance(model._default_manager, TenantManager), table
