"""Default roles, memberships that identity providers say, access that was given, super-admins."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("tenants", "0003_connections"),)
    operations = (
        migrations.AddField(
            model_name="membership",
            name="source",
            field=models.CharField(blank=True, default="", max_length=150),
        ),
        migrations.AddField(
            model_name="role", name="is_default", field=models.BooleanField(default=False)
        ),
        migrations.AddField(
            model_name="tenantaccess", name="granted", field=models.BooleanField(default=False)
        ),
        migrations.AddField(
            model_name="user", name="super_admin", field=models.BooleanField(default=False)
        ),
    )
