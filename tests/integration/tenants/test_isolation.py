"""Isolation in the database: what one tenant wrote, another cannot see, point at or change."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from downbeat.common.models import uuid7
from downbeat.common.scope import NoTenant, OtherTenant, tenant_entered, tenant_scope
from tenants.models import Namespace, Secret
from tests.support.cast import Cast

SEALED = "v2.0123456789abcdef.AAAA"


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from tenants_namespace")
        return int(cursor.fetchone()[0])


def test_tests_work_as_the_unprivileged_role(database: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user"
        )
        found = cursor.fetchone()

    assert found == ("downbeat_app", False, False)


def test_a_query_outside_of_a_scope_raises(database: object) -> None:
    with pytest.raises(NoTenant):
        Namespace.objects.all()


def test_entering_a_tenant_is_not_yet_a_scope(cast: Cast) -> None:
    with tenant_entered(cast.tenant.id), pytest.raises(NoTenant):
        Namespace.objects.all()


def test_past_the_manager_the_database_shows_nothing_without_a_scope(cast: Cast) -> None:
    assert _count() == 0


def test_past_the_manager_the_database_shows_one_tenant_in_its_scope(cast: Cast) -> None:
    with tenant_scope(cast.tenant.id):
        mine = _count()
    with tenant_scope(cast.other.id):
        theirs = _count()

    assert (mine, theirs) == (3, 1)


def test_nothing_of_a_scope_remains_when_it_ends(cast: Cast) -> None:
    with transaction.atomic():
        with tenant_scope(cast.tenant.id):
            assert _count() == 3
        assert _count() == 0


def test_a_scope_within_a_scope_is_the_same_or_refused(cast: Cast) -> None:
    with tenant_scope(cast.tenant.id):
        with tenant_scope(cast.tenant.id):
            assert _count() == 3
        with pytest.raises(OtherTenant), tenant_scope(cast.other.id):
            pass


def test_a_row_of_another_tenant_cannot_be_written(cast: Cast) -> None:
    with pytest.raises(DatabaseError), tenant_scope(cast.tenant.id):
        Namespace.objects.create(tenant_id=cast.other.id, path="theirs", ancestors=["", "theirs"])


def test_a_row_cannot_point_at_a_row_of_another_tenant(cast: Cast) -> None:
    with pytest.raises(IntegrityError), tenant_scope(cast.other.id):
        Secret.objects.create(namespace_id=cast.namespace_id, key="K", value=SEALED)


def test_a_row_of_another_tenant_is_not_changed_by_its_id(cast: Cast) -> None:
    with tenant_scope(cast.other.id):
        changed = Namespace.objects.filter(id=cast.namespace_id).update(description="mine now")
        deleted, _ = Namespace.objects.filter(id=cast.namespace_id).delete()

    assert (changed, deleted) == (0, 0)


def test_the_app_role_cannot_empty_or_alter_a_table(cast: Cast) -> None:
    for statement in (
        "truncate tenants_secret",
        "alter table tenants_secret disable row level security",
        "drop policy tenant_only on tenants_secret",
    ):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_system_role_finds_the_rows_of_all_tenants(cast: Cast) -> None:
    reason = "the sweeper looks for work wherever it lies"
    rows = Namespace.objects.unscoped(reason=reason, using="system")

    found = set(rows.values_list("tenant_id", flat=True))

    assert {cast.tenant.id, cast.other.id} <= found
    connections["system"].close()


def test_ids_sort_by_the_moment_they_were_made() -> None:
    ids = [uuid7() for _ in range(10_000)]

    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {found.version for found in ids} == {7}
    assert all(isinstance(found, UUID) for found in ids)
