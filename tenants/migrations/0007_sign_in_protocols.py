"""Grants on allauth's tables: they stay empty because nobody may write them."""

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


class Migration(migrations.Migration):
    dependencies = (
        ("tenants", "0006_permission_use"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("socialaccount", "0006_alter_socialaccount_extra_data"),
    )
    operations = tuple(InstanceTable(table, app="select") for table in NEVER_FILLED)
