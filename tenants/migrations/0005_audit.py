"""The audit trail: append-only for the application, linked into a chain when transactions commit."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import downbeat.common.clock
import downbeat.common.models
import downbeat.common.scope
from downbeat.common.tenancy_sql import APP, SYSTEM, CompositeForeignKey, TenantTable

APPEND = "select, insert"
LINK = """
create function tenants_audit_link() returns trigger language plpgsql as $$
declare
  working text := coalesce(current_setting('app.tenant', true), '');
  last_seq bigint;
  last_hash bytea;
  made bytea;
begin
  -- At the end of the transaction its tenant's scope may have ended already.
  perform set_config('app.tenant', new.tenant_id::text, true);
  insert into tenants_auditchain (id, tenant_id, seq, hash, floor_seq, floor_hash)
       values (gen_random_uuid(), new.tenant_id, 0, '', 0, '') on conflict (tenant_id) do nothing;
  select seq, hash into last_seq, last_hash from tenants_auditchain
   where tenant_id = new.tenant_id for update;
  made := sha256(last_hash || new.digest || int8send(last_seq + 1));
  insert into tenants_auditlink (id, tenant_id, seq, entry_id, previous, hash)
       values (gen_random_uuid(), new.tenant_id, last_seq + 1, new.id, last_hash, made);
  update tenants_auditchain set seq = last_seq + 1, hash = made where tenant_id = new.tenant_id;
  perform set_config('app.tenant', working, true);
  return null;
end $$
"""
TRIGGER = """
create constraint trigger tenants_audit_linked after insert on tenants_auditentry
deferrable initially deferred for each row execute function tenants_audit_link()
"""


def _owned(*fields: tuple[str, models.Field]) -> list[tuple[str, models.Field]]:  # type: ignore[type-arg]
    return [
        (
            "id",
            models.UUIDField(
                default=downbeat.common.models.uuid7,
                editable=False,
                primary_key=True,
                serialize=False,
            ),
        ),
        (
            "tenant_id",
            models.UUIDField(default=downbeat.common.scope.current_tenant, editable=False),
        ),
        *fields,
    ]


def _options(**more: object) -> dict[str, object]:
    return {
        "abstract": False,
        "default_permissions": (),
        "base_manager_name": "objects",
        **more,
    }


def _index(name: str, *fields: str) -> models.Index:
    return models.Index(fields=["tenant_id", *fields], name=name)


class Migration(migrations.Migration):
    dependencies = (("tenants", "0004_roles_and_groups"),)
    operations = (
        migrations.CreateModel(
            name="AuditEntry",
            fields=_owned(
                ("at", models.DateTimeField(default=downbeat.common.clock.now)),
                ("type", models.CharField(max_length=16)),
                ("action", models.CharField(max_length=100)),
                ("resource", models.CharField(max_length=32)),
                ("object_id", models.CharField(blank=True, default="", max_length=300)),
                ("namespace", models.CharField(blank=True, default="", max_length=150)),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(max_length=300)),
                ("body", models.TextField()),
                ("digest", models.BinaryField(max_length=32)),
            ),
            options=_options(
                indexes=[
                    _index("tenants_audit_at", "at"),
                    _index("tenants_audit_object", "resource", "object_id"),
                    _index("tenants_audit_actor", "actor_id", "at"),
                ]
            ),
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=_owned(
                ("seq", models.BigIntegerField()),
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="link",
                        to="tenants.auditentry",
                    ),
                ),
                ("previous", models.BinaryField(max_length=32)),
                ("hash", models.BinaryField(max_length=32)),
            ),
            options=_options(
                constraints=[
                    models.UniqueConstraint(
                        fields=("tenant_id", "seq"), name="tenants_auditlink_seq"
                    )
                ]
            ),
        ),
        migrations.CreateModel(
            name="AuditChain",
            fields=_owned(
                ("seq", models.BigIntegerField(default=0)),
                ("hash", models.BinaryField(default=b"", max_length=32)),
                ("floor_seq", models.BigIntegerField(default=0)),
                ("floor_hash", models.BinaryField(default=b"", max_length=32)),
            ),
            options=_options(
                constraints=[
                    models.UniqueConstraint(fields=("tenant_id",), name="tenants_auditchain_tenant")
                ]
            ),
        ),
        TenantTable("tenants_auditentry", app=APPEND),
        TenantTable("tenants_auditlink", app=APPEND),
        TenantTable("tenants_auditchain", app=f"{APPEND}, update"),
        CompositeForeignKey(
            "tenants_auditlink", ["entry_id"], "tenants_auditentry", on_delete="no action"
        ),
        *(
            migrations.RunSQL(
                f"revoke update, delete on {table} from {APP}, {SYSTEM}", migrations.RunSQL.noop
            )
            for table in ("tenants_auditentry", "tenants_auditlink")
        ),
        migrations.RunSQL(
            [LINK, TRIGGER],
            [
                "drop trigger tenants_audit_linked on tenants_auditentry",
                "drop function tenants_audit_link()",
            ],
        ),
    )
