"""A token that was made with another one goes with it."""

from __future__ import annotations

from django.db import migrations, models

GONE_WITH = """
alter table tenants_apitoken add constraint tenants_apitoken_made_by_fk
    foreign key (made_by) references tenants_apitoken (id) on delete cascade
"""


class Migration(migrations.Migration):
    dependencies = (("tenants", "0024_schema_floor"),)
    operations = (
        migrations.AddField("apitoken", "made_by", models.UUIDField(null=True)),
        migrations.RunSQL(GONE_WITH, migrations.RunSQL.noop),
    )
