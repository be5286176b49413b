"""Tables in slices of a week: by range of the execution's UUIDv7, that is, by time.

A slice can be dropped as a whole when it is older than the instance keeps anything, and stays
small enough for its indexes to live in memory. Keys begin with the execution, so uniqueness and
foreign keys hold, which slices by a timestamp column would not allow.
"""

from __future__ import annotations

from typing import Final

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

from downbeat.common.tenancy_sql import OF_TENANT

PARTITIONED: Final = ("task_run", "attempt", "output", "log_line", "metric", "journal")

MAKE_PARTITIONS: Final = """
create function executions_first_id(moment timestamptz) returns uuid
language sql immutable strict as $$
    select (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0')
            || repeat('0', 20))::uuid
$$;

create function executions_make_partitions(first date, last date) returns integer
language plpgsql as $$
declare
    week date := date_trunc('week', first)::date;
    parent text;
    slice text;
    made integer := 0;
begin
    while week <= last loop
        foreach parent in array array[{tables}] loop
            slice := parent || '_' || to_char(week, 'YYYYMMDD');
            continue when to_regclass(slice) is not null;
            execute format(
                'create table %I partition of %I for values from (%L) to (%L)',
                slice, parent,
                executions_first_id(week::timestamp at time zone 'UTC'),
                executions_first_id((week + 7)::timestamp at time zone 'UTC'));
            execute format('alter table %I enable row level security', slice);
            execute format('alter table %I force row level security', slice);
            execute format(
                'create policy tenant_only on %I to downbeat_app using ({of_tenant})', slice);
            execute format('create policy owner_all on %I to downbeat_owner using (true)', slice);
            execute format('create policy system_all on %I to downbeat_system using (true)', slice);
            made := made + 1;
        end loop;
        week := week + 7;
    end loop;
    return made;
end
$$;

revoke execute on function executions_make_partitions(date, date) from public;
select executions_make_partitions(current_date - 8, current_date + 15);
""".format(
    tables=", ".join(f"'{table}'" for table in PARTITIONED),
    of_tenant=OF_TENANT.replace("'", "''"),
)

DROP_PARTITIONS: Final = """
drop function executions_make_partitions(date, date);
drop function executions_first_id(timestamptz);
"""


class CreatePartitioned(migrations.CreateModel):
    """Creates a model's table in slices by ``execution_id``."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """The usual statement, with the partition key behind it."""
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = plain + " partition by range (execution_id)"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.sql_create_table = plain
