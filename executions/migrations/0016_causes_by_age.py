"""Finds the causes of a trigger by their age: upkeep forgets the old ones."""

from __future__ import annotations

from django.db import migrations, models

from downbeat.common.online_index import OnlineIndex


class Migration(migrations.Migration):
    # One row for each fire of each trigger: the table is large where it matters.
    atomic = False
    dependencies = (("executions", "0015_held_executions"),)
    operations = (
        OnlineIndex(
            "TriggerFired",
            models.Index(
                fields=["tenant_id", "trigger_state_id", "created_at"],
                name="trigger_fired_by_age",
            ),
        ),
    )
