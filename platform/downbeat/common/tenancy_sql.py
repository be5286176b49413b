"""Migration operations for tables of tenants: what Django cannot say about isolation.

    migrations.CreateModel("Flow", …),
    TenantTable("flows_flow"),
    CompositeForeignKey("flows_flow", ["namespace_id"], "tenants_namespace", ["id"]),

Row-level security does not look at foreign keys: without `tenant_id` in the key, a row of one
tenant may point at a row of another. So every key between tenants' tables starts with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import RunSQL

from downbeat.common.scope import GUC

OWNER, APP, SYSTEM = "downbeat_owner", "downbeat_app", "downbeat_system"
OF_TENANT = f"tenant_id = nullif(current_setting('{GUC}', true), '')::uuid"
WRITES = "select, insert, update, delete"
# As Django declares it: statements, or statements with parameters.
Statements = list[str | tuple[str, dict[str, Any] | list[Any] | tuple[Any, ...] | None]]


def _security(table: str) -> Statements:
    return [
        f"alter table {table} enable row level security",
        # Without FORCE the policies would not hold for the owner's own mistakes.
        f"alter table {table} force row level security",
        f"create policy tenant_only on {table} to {APP} using ({OF_TENANT}) with check ({OF_TENANT})",
        f"create policy owner_all on {table} to {OWNER} using (true) with check (true)",
        f"create policy system_all on {table} to {SYSTEM} using (true) with check (true)",
    ]


def _grants(table: str, app: str) -> Statements:
    # Sequences of serial and identity columns belong to the table and need a grant of their own.
    sequences = f"""
        do $$ declare found record; begin
          for found in select d.objid::regclass as name from pg_depend d join pg_class c
            on c.oid = d.objid and c.relkind = 'S' where d.refobjid = '{table}'::regclass loop
            execute format('grant usage on sequence %s to {APP}, {SYSTEM}', found.name);
          end loop;
        end $$"""
    return [
        f"revoke all on {table} from public",
        f"grant {app} on {table} to {APP}",
        f"grant {WRITES} on {table} to {SYSTEM}",
        sequences,
    ]


class TenantTable(RunSQL):
    """Puts a table under row-level security, forced, with a policy and grants for each role.

    A table with an id also gets `unique (tenant_id, id)`, at which composite foreign keys point;
    say `has_id=False` when its primary key starts with `tenant_id`. `app` are the app role's
    privileges.
    """

    reduces_to_sql = False

    def __init__(self, table: str, *, has_id: bool = True, app: str = WRITES) -> None:
        statements: Statements = [*_security(table), *_grants(table, app)]
        if has_id:
            key = f"add constraint {table}_tenant_key unique (tenant_id, id)"
            statements.append(f"alter table {table} {key}")
        super().__init__(sql=statements, reverse_sql=RunSQL.noop)
        self.table = table

    def describe(self) -> str:
        """What `migrate` prints."""
        return f"Isolate the tenants of {self.table}"


class InstanceTable(RunSQL):
    """Grants on a table of the instance, which has no row-level security.

    Which tables may be that stands in `tenants.models.instance_tables` and nowhere else.
    """

    reduces_to_sql = False

    def __init__(self, table: str, *, app: str = WRITES) -> None:
        super().__init__(sql=_grants(table, app), reverse_sql=RunSQL.noop)
        self.table = table

    def describe(self) -> str:
        """What `migrate` prints."""
        return f"Grant the use of {self.table}"


class CompositeForeignKey(RunSQL):
    """A foreign key `(tenant_id, columns) → (tenant_id, ref_columns)`.

    `tenant_id` may be named in the columns or left out: it always comes first. Declare the
    model's ForeignKey with `db_constraint=False` and `on_delete=DO_NOTHING`. With `set null` only
    the other columns are cleared.
    """

    reduces_to_sql = False

    def __init__(
        self,
        table: str,
        columns: Sequence[str],
        ref_table: str,
        ref_columns: Sequence[str] = ("id",),
        on_delete: str = "cascade",
        *,
        deferrable: bool = False,
    ) -> None:
        name = f"{table}_{'_'.join(columns)}_fk"[:63]
        action = on_delete.lower()
        if action == "set null":
            own = (column for column in columns if column != "tenant_id")
            action = f"set null ({', '.join(own)})"
        mine, theirs = _with_tenant(columns), _with_tenant(ref_columns)
        later = " deferrable initially deferred" if deferrable else ""
        statement = (
            f"alter table {table} add constraint {name} foreign key ({mine})"
            f" references {ref_table} ({theirs}) on delete {action}{later}"
        )
        drop = f"alter table {table} drop constraint if exists {name}"
        super().__init__(sql=[statement], reverse_sql=[drop])
        self.table, self.name = table, name

    def describe(self) -> str:
        """What `migrate` prints."""
        return f"Constrain {self.name} within the tenant"


def _with_tenant(columns: Sequence[str]) -> str:
    return ", ".join(["tenant_id", *(column for column in columns if column != "tenant_id")])


class PartitionedTable(RunSQL):
    """Creates a table that is partitioned by range of execution_id, under row-level security.

    `sql` is the whole `create table … partition by range (execution_id)`; its primary key starts
    with `tenant_id`. Policies of the parent do not reach a partition that is read by its own
    name, so whoever makes partitions calls `partition_security`.
    """

    reduces_to_sql = False

    def __init__(self, table: str, sql: str | Sequence[str], *, app: str = WRITES) -> None:
        created = [sql] if isinstance(sql, str) else list(sql)
        statements: Statements = [*created, *_security(table), *_grants(table, app)]
        drop = f"drop table if exists {table} cascade"
        super().__init__(sql=statements, reverse_sql=[drop])
        self.table = table

    def describe(self) -> str:
        """What `migrate` prints."""
        return f"Create the partitioned table {self.table}"


def partition_security(partition: str) -> list[str]:
    """Statements that put one partition under the same row-level security as its parent."""
    return [*map(str, _security(partition)), f"revoke all on {partition} from public"]
