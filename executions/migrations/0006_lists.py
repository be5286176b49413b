"""Lists of millions of executions: found by label and sorted by reading an index only."""

from __future__ import annotations

from typing import Final

from django.db import migrations, models

from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable

# The same number as `executions.models.execution_label.digest_of`.
LABELS_OF: Final = """
create function execution_labels_of(id uuid, labels jsonb) returns setof uuid
language sql stable as $$
    select distinct encode(substr(sha256(convert_to(
             length(l.key) || ':' || l.key || l.value, 'UTF8')), 1, 16), 'hex')::uuid
      from jsonb_to_recordset(labels) as l(key text, value text)
     where l.key is not null and l.value is not null
       and not (l.key = 'system.correlationId' and l.value = id::text)
$$
"""
KEEP: Final = """
create function execution_keep_labels() returns trigger
language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from execution_label where tenant_id = new.tenant_id and execution_id = new.id;
    end if;
    insert into execution_label (tenant_id, execution_id, digest)
    select new.tenant_id, new.id, d from execution_labels_of(new.id, new.labels) d;
    return null;
end
$$
"""
# Most executions have only the label that names themselves: they pay for the question alone.
ON_INSERT: Final = """
create trigger execution_labels_begin after insert on execution for each row
when (jsonb_path_exists(new.labels, '$[*] ? (@.key != "system.correlationId" || @.value != $id)',
                        jsonb_build_object('id', new.id)))
execute function execution_keep_labels()
"""
ON_UPDATE: Final = """
create trigger execution_labels_change after update of labels on execution for each row
when (old.labels is distinct from new.labels)
execute function execution_keep_labels()
"""
TAKE_IN: Final = """
insert into execution_label (tenant_id, execution_id, digest)
select e.tenant_id, e.id, d from execution e, execution_labels_of(e.id, e.labels) d
"""
# Newest first within what is equal; read backwards, the whole order is turned round.
SORTED: Final = {
    "execution_by_flow": ("tenant_id", "namespace", "flow_id", "-id"),
    "execution_by_flow_id": ("tenant_id", "flow_id", "namespace", "-id"),
    "execution_by_state": ("tenant_id", "state", "-id"),
    "execution_by_end": ("tenant_id", "ended_at", "-id"),
}
KEY: Final = ("tenant_id", "execution_id", "digest")


class Migration(migrations.Migration):
    dependencies = (("executions", "0005_task_cache"),)
    operations = (
        migrations.RemoveIndex("execution", "execution_by_label"),
        migrations.RemoveIndex("execution", "execution_by_flow"),
        migrations.RemoveIndex("execution", "execution_by_state"),
        *(
            migrations.AddIndex("execution", models.Index(fields=fields, name=name))
            for name, fields in SORTED.items()
        ),
        migrations.CreateModel(
            name="ExecutionLabel",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        *KEY, blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant_id", models.UUIDField()),
                ("execution_id", models.UUIDField()),
                ("digest", models.UUIDField()),
            ],
            options={"db_table": "execution_label"},
        ),
        TenantTable("execution_label", has_id=False),
        migrations.RunSQL(LABELS_OF, "drop function execution_labels_of"),
        migrations.RunSQL(TAKE_IN, migrations.RunSQL.noop),
        migrations.AddIndex(
            "executionlabel",
            models.Index(fields=["tenant_id", "digest", "execution_id"], name="execution_by_label"),
        ),
        # Without numbers of what was taken in, searches would be planned as if there were nothing.
        migrations.RunSQL("analyze execution_label", migrations.RunSQL.noop),
        CompositeForeignKey("execution_label", ("execution_id",), "execution"),
        migrations.RunSQL(KEEP, "drop function execution_keep_labels"),
        migrations.RunSQL(ON_INSERT, "drop trigger execution_labels_begin on execution"),
        migrations.RunSQL(ON_UPDATE, "drop trigger execution_labels_change on execution"),
    )
