"""What moves an execution: messages, timers, and the journal of what was decided."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models

from executions.models.base import PartOfExecution


class InboxMessage(PartOfExecution):
    """Something an execution must take note of; the turn that takes note deletes it."""

    id = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "inbox"
        indexes = (
            models.Index(fields=["tenant_id", "execution_id", "id"], name="inbox_by_execution"),
            models.Index(fields=["created_at"], name="inbox_by_age"),
        )


class Timer(PartOfExecution):
    """A moment at which an execution must be looked at again.

    At most one per (task run, kind); the sweeper moves due ones into the inbox.
    """

    id = models.BigAutoField(primary_key=True)
    task_run_id = models.UUIDField(null=True)
    kind = models.TextField()
    due_at = models.DateTimeField()

    class Meta:
        db_table = "timer"
        indexes = (
            models.Index(fields=["due_at"], name="timer_by_due"),
            models.Index(fields=["tenant_id", "execution_id"], name="timer_by_execution"),
        )


class Journal(PartOfExecution):
    """The events that one turn applied to one execution, for ever in order of ``seq``."""

    pk = models.CompositePrimaryKey("tenant_id", "execution_id", "seq")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    events = models.JSONField()

    class Meta:
        db_table = "journal"
