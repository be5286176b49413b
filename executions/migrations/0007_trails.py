"""Attempts say who wanted their end and how it went, and what became of their jobs elsewhere."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("executions", "0006_lists"),)
    operations = (
        migrations.AddField("attempt", "kill", models.JSONField(null=True)),
        migrations.AddField("attempt", "remote", models.JSONField(null=True)),
    )
