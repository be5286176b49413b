"""Slices, keys and policies: no row of an execution can belong to two tenants or be seen by one."""

from __future__ import annotations

from typing import Final

from django.db import migrations

from downbeat.common.tenancy_sql import CompositeForeignKey, InstanceTable, TenantTable
from executions.migrations._partitions import (
    DROP_PARTITIONS,
    MAKE_PARTITIONS,
    PARTITIONED,
)

WITH_ID: Final = ("execution", "trigger_state")
PARTS: Final = ("task_run", "output", "log_line", "metric", "journal", "inbox", "timer")

LINE_NUMBERS: Final = """
create sequence log_line_idx as bigint;
create sequence metric_idx as bigint;
grant usage on sequence log_line_idx, metric_idx to downbeat_app, downbeat_system;
alter table log_line alter column idx set default nextval('log_line_idx');
alter table metric alter column idx set default nextval('metric_idx');
create unique index log_line_once
    on log_line (tenant_id, execution_id, task_run_id, attempt_number, epoch, seq);
create unique index timer_once
    on timer (tenant_id, execution_id, task_run_id, kind) nulls not distinct;
"""

# Rows of an execution change often and in place: room on the page keeps such changes cheap.
ROOM_ON_PAGES: Final = """
alter table execution set (fillfactor = 70);
alter table trigger_state set (fillfactor = 80);
alter table inbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
"""


class Migration(migrations.Migration):
    dependencies = (("executions", "0002_movers"),)
    operations = (
        migrations.RunSQL(LINE_NUMBERS, migrations.RunSQL.noop),
        migrations.RunSQL(ROOM_ON_PAGES, migrations.RunSQL.noop),
        migrations.RunSQL(MAKE_PARTITIONS, DROP_PARTITIONS),
        *(TenantTable(table) for table in WITH_ID),
        *(
            TenantTable(table, has_id=False)
            for table in (
                *PARTITIONED,
                "inbox",
                "timer",
                "trigger_fired",
                "idempotency_key",
            )
        ),
        InstanceTable("worker"),
        *(
            CompositeForeignKey(
                table,
                ("tenant_id", "execution_id"),
                "execution",
                ("tenant_id", "id"),
                "cascade",
            )
            for table in PARTS
        ),
        CompositeForeignKey(
            "attempt",
            ("tenant_id", "execution_id", "task_run_id"),
            "task_run",
            ("tenant_id", "execution_id", "id"),
            "cascade",
        ),
        CompositeForeignKey(
            "trigger_fired",
            ("tenant_id", "trigger_state_id"),
            "trigger_state",
            ("tenant_id", "id"),
            "cascade",
        ),
    )
