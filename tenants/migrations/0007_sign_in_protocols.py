"""Grants on allauth's tables: one is used, the others stay empty because nobody may write them."""

from __future__ import annotations

from typing import Final

from django.db import migrations

from downbeat.common.tenancy_sql import InstanceTable

NEVER_FILLED: Final = (
    "account_emailaddress",
    "account_emailconfirmation",
    "socialaccount_socialaccount",
    "socialaccount_socialapp",
    "socialaccount_socialtoken",
)
# allauth deletes second factors through the ORM; people are deleted by the database.
GONE_WITH_THE_PERSON: Final = """
    do $$ declare found record; begin
      for found in select k.conname from pg_constraint k
        where k.conrelid = 'mfa_authenticator'::regclass
          and k.confrelid = 'tenants_user'::regclass loop
        execute format('alter table mfa_authenticator drop constraint %I', found.conname);
      end loop;
      alter table mfa_authenticator add constraint mfa_authenticator_user_owner_fk
        foreign key (user_id) references tenants_user (id) on delete cascade;
    end $$
"""


class Migration(migrations.Migration):
    dependencies = (
        ("tenants", "0006_permission_use"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
        ("mfa", "0003_authenticator_type_uniq"),
    )
    operations = (
        *(InstanceTable(table, app="select") for table in NEVER_FILLED),
        InstanceTable("mfa_authenticator"),
        migrations.RunSQL(GONE_WITH_THE_PERSON, migrations.RunSQL.noop),
    )
