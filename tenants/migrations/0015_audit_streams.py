"""Streams of the audit trail, and a chain that is linked with half the statements."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

from downbeat.common.tenancy_sql import CompositeForeignKey, TenantTable
from tenants.migrations._owned import options, owned
from tenants.migrations._rights import give
from tenants.policy import PERMISSIONS

LINK = """
create or replace function tenants_audit_link() returns trigger language plpgsql as $$
declare
  working text := coalesce(current_setting('app.tenant', true), '');
  next_seq bigint;
  made bytea;
  former bytea;
begin
  -- At the end of the transaction its tenant's scope may have ended already.
  if working <> new.tenant_id::text then
    perform set_config('app.tenant', new.tenant_id::text, true);
  end if;
  select seq + 1, hash into next_seq, former from tenants_auditchain
   where tenant_id = new.tenant_id for update;
  if not found then
    insert into tenants_auditchain (id, tenant_id, seq, hash, floor_seq, floor_hash)
         values (gen_random_uuid(), new.tenant_id, 0, '', 0, '') on conflict (tenant_id) do nothing;
    select seq + 1, hash into next_seq, former from tenants_auditchain
     where tenant_id = new.tenant_id for update;
  end if;
  made := sha256(former || new.digest || int8send(next_seq));
  update tenants_auditchain set seq = next_seq, hash = made where tenant_id = new.tenant_id;
  insert into tenants_auditlink (id, tenant_id, seq, entry_id, previous, hash)
       values (gen_random_uuid(), new.tenant_id, next_seq, new.id, former, made);
  if working <> new.tenant_id::text then
    perform set_config('app.tenant', working, true);
  end if;
  return null;
end $$
"""


def _streams() -> migrations.CreateModel:
    return migrations.CreateModel(
        name="AuditStream",
        fields=owned(
            ("name", models.CharField(max_length=100)),
            ("kind", models.CharField(max_length=16)),
            ("config", models.JSONField(default=dict)),
            ("secret", models.TextField(blank=True, default="")),
            ("enabled", models.BooleanField(default=True)),
            ("seq", models.BigIntegerField(default=0)),
            ("failures", models.IntegerField(default=0)),
            ("error", models.TextField(blank=True, default="")),
            ("next_at", models.DateTimeField(db_default=Now())),
            ("lease_until", models.DateTimeField(null=True)),
            ("epoch", models.BigIntegerField(default=0)),
            ("delivered_at", models.DateTimeField(null=True)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
        ),
        options=options(
            constraints=[
                models.UniqueConstraint(
                    fields=("tenant_id", "name"), name="tenants_auditstream_name"
                )
            ],
            indexes=[
                models.Index(
                    fields=["next_at"],
                    condition=models.Q(("enabled", True)),
                    name="tenants_auditstream_due",
                )
            ],
        ),
    )


def _dead_letters() -> migrations.CreateModel:
    return migrations.CreateModel(
        name="AuditDeadLetter",
        fields=owned(
            ("first", models.BigIntegerField()),
            ("last", models.BigIntegerField()),
            ("error", models.TextField()),
            ("created_at", models.DateTimeField(db_default=Now())),
            (
                "stream",
                models.ForeignKey(
                    db_constraint=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="dead",
                    to="tenants.auditstream",
                ),
            ),
        ),
        options=options(
            indexes=[models.Index(fields=["tenant_id", "stream"], name="tenants_auditdead_of")]
        ),
    )


class Migration(migrations.Migration):
    dependencies = (("tenants", "0014_tenant_life"),)
    operations = (
        migrations.RunSQL(LINK, migrations.RunSQL.noop),
        _streams(),
        _dead_letters(),
        TenantTable("tenants_auditstream"),
        TenantTable("tenants_auditdeadletter"),
        CompositeForeignKey("tenants_auditdeadletter", ["stream_id"], "tenants_auditstream"),
        migrations.AlterModelOptions(
            name="namespace",
            # The catalogue as it is: what is in it is all that can be held.
            options={
                "base_manager_name": "objects",
                "default_permissions": (),
                "permissions": [(name, name) for name in PERMISSIONS],
            },
        ),
        *give("Admin", ("audit.edit", "policy.view", "policy.edit", "policy.approve")),
        *give("Editor", ("policy.view",)),
        *give("Launcher", ("policy.view",)),
        *give("Viewer", ("policy.view",)),
    )
