"""What task runs leave behind: outputs, log lines and metrics."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from executions.models.base import PartOfExecution


class Output(PartOfExecution):
    """The outputs of one task run; large ones are a file in storage that ``uri`` names."""

    pk = models.CompositePrimaryKey("tenant_id", "execution_id", "task_run_id")
    task_run_id = models.UUIDField()
    task_id = models.TextField()
    path = ArrayField(models.TextField(), default=list)
    value = models.JSONField(null=True)
    uri = models.TextField(null=True)
    size = models.IntegerField()

    class Meta:
        db_table = "output"
        indexes = (
            models.Index(
                fields=["tenant_id", "execution_id", "task_id", "path"], name="output_by_task"
            ),
        )


class LogLine(PartOfExecution):
    """One line that a task run, or the platform on its behalf, printed.

    ``idx`` orders the lines of an execution; (attempt, epoch, seq) refuses a line sent twice.
    """

    pk = models.CompositePrimaryKey("tenant_id", "execution_id", "idx")
    idx = models.BigIntegerField()
    task_run_id = models.UUIDField(null=True)
    task_id = models.TextField(null=True)
    attempt_number = models.IntegerField(default=0)
    epoch = models.BigIntegerField(default=0)
    seq = models.IntegerField(default=0)
    level = models.TextField()
    at = models.DateTimeField()
    message = models.TextField()

    class Meta:
        db_table = "log_line"
        indexes = (
            models.Index(
                fields=["tenant_id", "execution_id", "task_run_id", "idx"],
                name="log_line_by_task_run",
            ),
        )


class Metric(PartOfExecution):
    """A number that a task run measured."""

    pk = models.CompositePrimaryKey("tenant_id", "execution_id", "idx")
    idx = models.BigIntegerField()
    task_run_id = models.UUIDField()
    task_id = models.TextField()
    attempt_number = models.IntegerField(default=0)
    name = models.TextField()
    kind = models.TextField()
    value = models.FloatField()
    tags = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "metric"
