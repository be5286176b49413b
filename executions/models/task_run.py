"""A task in an execution, and each try of it on a worker."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from downbeat.common.models import uuid7
from executions.models.base import PartOfExecution


class TaskRun(PartOfExecution):
    """One task of the plan (and one iteration value) in one execution.

    ``node`` is the task's place in the compiled plan, ``ancestors`` the groups around it from the
    outside in, ``path`` the iteration values from the outside in. ``progress`` is the scope of a
    group, ``facts`` are values rendered once, ``loop_values`` the values that a loop goes over,
    ``tries`` the ends of tries that needed no worker. ``folded``: the group around it has counted its end.
    While an attempt lives, whether the task run waits or runs is the attempt's to say.
    """

    pk = models.CompositePrimaryKey("tenant_id", "execution_id", "id")
    id = models.UUIDField(default=uuid7, editable=False)
    node = models.IntegerField()
    task_id = models.TextField()
    parent_id = models.UUIDField(null=True)
    ancestors = ArrayField(models.UUIDField(), default=list)
    path = ArrayField(models.TextField(), default=list)
    iteration = models.IntegerField(null=True)
    value = models.TextField(null=True)
    items = models.TextField(null=True)
    state = models.TextField()
    histories = models.JSONField(default=list)
    progress = models.JSONField(null=True)
    facts = models.JSONField(default=dict)
    loop_values = models.JSONField(null=True)
    tries = models.JSONField(default=list)
    attempts = models.IntegerField(default=0)
    lost = models.IntegerField(default=0)
    run_after = models.DateTimeField(null=True)
    remembered = models.JSONField(null=True)
    child_id = models.UUIDField(null=True)
    folded = models.BooleanField(default=False)
    dynamic = models.BooleanField(default=False)
    error = models.TextField(null=True)
    reason = models.JSONField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "task_run"
        indexes = (
            models.Index(
                fields=["tenant_id", "execution_id"],
                condition=models.Q(ended_at__isnull=True),
                name="task_run_live",
            ),
            models.Index(fields=["tenant_id", "execution_id", "task_id"], name="task_run_by_task"),
        )


class Attempt(PartOfExecution):
    """One try of a task run on one worker.

    State, lease and worker live here only. ``epoch`` grows with every claim and release and
    fences every later write. A group's claims read
    ``attempt_to_claim``, tenant by tenant. ``kill`` says who asked
    for its end, and when that was delivered and confirmed; ``remote`` what became of its job in
    another system.
    """

    pk = models.CompositePrimaryKey("tenant_id", "execution_id", "task_run_id", "number")
    task_run_id = models.UUIDField()
    number = models.IntegerField()
    kind = models.TextField(default="task")
    state = models.TextField()
    histories = models.JSONField(default=list)
    worker_group = models.TextField()
    priority = models.IntegerField(default=0)
    run_after = models.DateTimeField(null=True)
    lease_epoch = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker_id = models.UUIDField(null=True)
    kill_requested = models.BooleanField(default=False)
    fallback = models.TextField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(null=True)
    error = models.TextField(null=True)
    log_file = models.TextField(null=True)
    kill = models.JSONField(null=True)
    remote = models.JSONField(null=True)

    class Meta:
        db_table = "attempt"
        constraints = (
            models.UniqueConstraint(
                fields=["tenant_id", "execution_id", "task_run_id"],
                condition=models.Q(ended_at__isnull=True),
                name="attempt_one_live",
            ),
        )
        indexes = (
            models.Index(
                fields=["worker_group", "tenant_id", "-priority", "execution_id", "task_run_id"],
                condition=models.Q(state="QUEUED"),
                name="attempt_to_claim",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state="RUNNING"),
                name="attempt_leased",
            ),
            models.Index(
                fields=["worker_group"],
                condition=models.Q(fallback__isnull=False, state="QUEUED"),
                name="attempt_to_give_up",
            ),
            models.Index(
                fields=["worker_id"],
                condition=models.Q(state="RUNNING"),
                name="attempt_by_worker",
            ),
        )
