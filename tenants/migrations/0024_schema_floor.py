"""Which migrations code has to know to work with this database."""

from __future__ import annotations

from django.db import migrations

from downbeat.common.tenancy_sql import InstanceTable

CREATE = "create table schema_floor (app text, name text, primary key (app, name))"


class Migration(migrations.Migration):
    dependencies = (("tenants", "0023_instance_policies"),)
    operations = (
        migrations.RunSQL(CREATE, "drop table schema_floor"),
        InstanceTable("schema_floor", app="select"),
    )
