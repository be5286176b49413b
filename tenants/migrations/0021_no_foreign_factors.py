"""Takes away allauth's table of second factors: ours are in a table of our own, and it was never filled."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("tenants", "0020_portal_sessions"),)
    operations = (
        migrations.RunSQL("drop table if exists mfa_authenticator", migrations.RunSQL.noop),
    )
