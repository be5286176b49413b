"""Finds what was made with a token: it ends with it."""

from __future__ import annotations

from django.db import migrations, models

from downbeat.common.online_index import OnlineIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("tenants", "0025_tokens_made_by_tokens"),)
    operations = (
        OnlineIndex(
            "apitoken",
            models.Index(
                fields=["made_by"],
                condition=models.Q(made_by__isnull=False),
                name="tenants_token_made_by",
            ),
        ),
    )
