"""Takes a tenant away with everything in it, a batch at a time.

Theory of operation. The deletion itself is one small transaction: it gives the slug away, lets
nobody in any more and leaves an entry in both audit trails. What is left, rows and files, goes in
batches, each a transaction of its own, done by whoever comes by: the request as long as it may
take, then the scheduler. A process that dies in between loses nothing, for the next batch asks the
database what is still there. The tenant's row goes last, and not before a minute has passed and
every table was found empty: a start that was on its way when the tenant was deleted is found too.

What stays is the audit trail, until it is too old.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connections, transaction
from django.db.models.functions import Now
from psycopg import sql

from downbeat.common import events
from downbeat.common.errors import NotFound
from downbeat.common.scope import tenant_scope
from downbeat.common.storage import storage_for
from tenants.actors import Actor
from tenants.audit_words import Change
from tenants.contracts import TenantDeleting
from tenants.life_errors import (
    ConfirmDeletion,
)
from tenants.models import Group, Tenant
from tenants.selectors.standing import forget_standing
from tenants.selectors.tables import outside_tables, self_pointing_tables, tenant_tables
from tenants.services import audit, sign_in
from tenants.services.groups import delete_store_groups

BATCH: Final = 5_000
IN_REQUEST_SECONDS: Final = 3.0
QUARANTINE: Final = timedelta(seconds=60)
_ALONE: Final = "select pg_try_advisory_xact_lock(hashtext('downbeat.remove-tenant'), hashtext(%s))"
_DUE: Final = """
    select id, deleting_at < now() - %s from tenants_tenant where deleting_at is not null order by 1
"""
_emptied: set[UUID] = set()
"""Tenants that this process has seen empty: until the minute is over there is nothing to look for."""
# Service accounts live in their tenant, with their tokens; people only visit.
_MACHINES: Final = "delete from tenants_user where home_tenant_id = %s"


def delete_tenant(slug: str, *, by: Actor, confirm: str | None = None) -> None:
    """Takes a tenant away with everything in it; 409 while executions run.

    ``confirm`` is its id once more, against slips; clients written for the API of others send none.
    When this returns, nobody can enter it and its id is free; a large one may still be emptied by
    the scheduler.
    """
    if confirm is not None and confirm != slug:
        raise ConfirmDeletion(slug=slug)
    with transaction.atomic():
        row = Tenant.objects.select_for_update().filter(slug=slug, deleting_at__isnull=True).first()
        if row is None:
            raise NotFound("tenant")
        change = Change.of("tenant", "deleted", slug, id=row.id)
        with tenant_scope(row.id):
            events.emit(TenantDeleting(row.id, slug))
            store_groups = list(Group.objects.values_list("store_group_id", flat=True))
            audit.record(by, change, before={"id": row.id, "name": row.name})
        delete_store_groups(store_groups)
        _mark(row, slug, by)
        audit.record_instance(by, change, before={"id": row.id, "name": row.name})
        transaction.on_commit(_forget)
    _empty_for(row.id, IN_REQUEST_SECONDS)


def continue_removals(*, quarantine: timedelta = QUARANTINE) -> int:
    """Goes on with every deletion that is not done; returns how many tenants are gone for good.

    Any number of copies may run it. One call does at most a few seconds of work for each tenant; one
    that was found empty is looked at once more, when its minute is over.
    """
    with connections["default"].cursor() as cursor:
        facts: list[Any] = [quarantine]
        cursor.execute(_DUE, facts)
        due = cursor.fetchall()
    _emptied.intersection_update(tenant_id for tenant_id, _ in due)
    gone = 0
    for tenant_id, late in due:
        if not late and tenant_id in _emptied:
            continue
        if not _empty_for(tenant_id, IN_REQUEST_SECONDS):
            continue
        _emptied.add(tenant_id)
        if late:
            gone += _finished(tenant_id)
    return gone


def _mark(row: Tenant, slug: str, by: Actor) -> None:
    """The slug is free from here on, and nobody belongs to the tenant any more."""
    hidden = f"deleted-{row.id.hex}"
    told = {"slug": slug, "by": by.name}
    Tenant.objects.filter(id=row.id).update(slug=hidden, deleting_at=Now(), deletion=told)
    row.accesses.all().delete()
    with connections["default"].cursor() as cursor:
        cursor.execute(_MACHINES, [row.id])


def _forget() -> None:
    sign_in.forget_checked()
    forget_standing()


def _empty_for(tenant_id: UUID, seconds: float) -> bool:
    """Removes batches until nothing is left or the time is over; whether nothing is left."""
    end = time.monotonic() + seconds
    whole = set(self_pointing_tables())
    for table in tenant_tables():
        while _remove_batch(tenant_id, table, whole=table in whole) == BATCH:
            if time.monotonic() > end:
                return False
    storage_for(tenant_id).delete_prefix("")
    return not any(_has_rows(tenant_id, table) for table in tenant_tables())


def _remove_batch(tenant_id: UUID, table: str, *, whole: bool) -> int:
    """One batch of a table; rows that point at rows of the same table go all at once."""
    # A table in partitions has the same places once in each of them.
    some = (
        ""
        if whole
        else f" where (tableoid, ctid) in (select tableoid, ctid from {{0}} limit {BATCH})"
    )
    statement = sql.SQL("delete from {0}" + some).format(sql.Identifier(table))
    with tenant_scope(tenant_id), connections["default"].cursor() as cursor:
        cursor.execute(_ALONE, [str(tenant_id)])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(statement)
        return 0 if whole else int(cursor.rowcount)


def _has_rows(tenant_id: UUID, table: str) -> bool:
    with tenant_scope(tenant_id), connections["default"].cursor() as cursor:
        cursor.execute(sql.SQL("select exists (select 1 from {})").format(sql.Identifier(table)))
        return bool(cursor.fetchone()[0])


def _finished(tenant_id: UUID) -> int:
    """Takes the last rows away: those of the instance's own tables, and the tenant's."""
    with transaction.atomic(), connections["default"].cursor() as cursor:
        for table, column in outside_tables():
            statement = sql.SQL("delete from {} where {} = %s")
            names = (sql.Identifier(table), sql.Identifier(column))
            cursor.execute(statement.format(*names), [tenant_id])
        return int(Tenant.objects.filter(id=tenant_id, deleting_at__isnull=False).delete()[0])
