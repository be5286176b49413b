"""What flow triggers listen to, what they have still to judge, and what their windows hold.

A change of an execution's state becomes one row per trigger that listens to it, in the very
transaction that changes the state: a trigger can be late, never deaf.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from downbeat.common.models import TenantManager


class TriggerListener(models.Model):
    """One thing that a trigger listens to: a flow, a namespace, or all of them; '' is any.

    ``own`` listens to executions of the trigger's own flow, which is how ``stopAfter`` works; all
    others never hear their own flow.
    """

    pk = models.CompositePrimaryKey("tenant_id", "trigger_state_id", "place")
    tenant_id = models.UUIDField()
    trigger_state_id = models.UUIDField()
    place = models.IntegerField()
    namespace = models.TextField(default="")
    flow_id = models.TextField(default="")
    prefix = models.TextField(default="")
    states = ArrayField(models.TextField())
    own_namespace = models.TextField()
    own_flow_id = models.TextField()
    own = models.BooleanField(default=False)

    objects = TenantManager()

    class Meta:
        db_table = "trigger_listener"
        indexes = (
            models.Index(fields=["tenant_id", "namespace", "flow_id"], name="trigger_listener_by"),
        )


class TriggerEvent(models.Model):
    """A change of an execution's state that a trigger has still to judge; gone once it has.

    ``position`` is the place of the state in the execution's history: it names the change, also
    when an execution comes into the same state twice.
    """

    pk = models.CompositePrimaryKey("tenant_id", "trigger_state_id", "execution_id", "position")
    tenant_id = models.UUIDField()
    trigger_state_id = models.UUIDField()
    execution_id = models.UUIDField()
    position = models.IntegerField()
    number = models.BigIntegerField()
    state = models.TextField()
    at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    tries = models.IntegerField(db_default=0)

    objects = TenantManager()

    class Meta:
        db_table = "trigger_event"
        indexes = (
            models.Index(fields=["due_at"], name="trigger_event_due"),
            models.Index(
                fields=["tenant_id", "trigger_state_id", "number"], name="trigger_event_order"
            ),
        )


class TriggerWindow(models.Model):
    """Which conditions of a window have been met, by which execution and when."""

    pk = models.CompositePrimaryKey("tenant_id", "trigger_state_id", "condition_id")
    tenant_id = models.UUIDField()
    trigger_state_id = models.UUIDField()
    condition_id = models.TextField()
    met = models.JSONField(default=dict)
    updated_at = models.DateTimeField(db_default=Now())

    objects = TenantManager()

    class Meta:
        db_table = "trigger_window"
