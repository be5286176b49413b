"""What quotas are counted by, where states alone do not tell."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models

from downbeat.common.models import TenantManager


class ExecutionStart(models.Model):
    """An execution that was accepted (CREATED) or has begun (BEGUN), for quotas per minute.

    Written only below such a quota, in the transaction of the start; a minute later it counts for
    nothing and the sweep removes it.
    """

    id = models.BigAutoField(primary_key=True)
    tenant_id = models.UUIDField()
    kind = models.TextField()
    namespace = models.TextField()
    flow_id = models.TextField()
    execution_id = models.UUIDField()
    at = models.DateTimeField(db_default=TransactionNow())

    objects = TenantManager()

    class Meta:
        db_table = "execution_start"
        indexes = (models.Index(fields=["tenant_id", "kind", "at"], name="execution_start_recent"),)


class LogUse(models.Model):
    """Bytes that a flow has logged on a day (UTC), below a quota of log bytes."""

    pk = models.CompositePrimaryKey("tenant_id", "day", "namespace", "flow_id")
    tenant_id = models.UUIDField()
    day = models.DateField()
    namespace = models.TextField()
    flow_id = models.TextField()
    used = models.BigIntegerField(default=0)

    objects = TenantManager()

    class Meta:
        db_table = "log_use"


class LogCut(models.Model):
    """An execution whose log is not whole, because a quota of log bytes was used up."""

    pk = models.CompositePrimaryKey("tenant_id", "execution_id")
    tenant_id = models.UUIDField()
    execution_id = models.UUIDField()
    quota = models.TextField()
    lines = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    at = models.DateTimeField(db_default=TransactionNow())

    objects = TenantManager()

    class Meta:
        db_table = "log_cut"


class SwitchPause(models.Model):
    """An execution that a kill switch has paused, and that its lifting resumes."""

    pk = models.CompositePrimaryKey("tenant_id", "execution_id")
    tenant_id = models.UUIDField()
    execution_id = models.UUIDField()
    switch_id = models.UUIDField()

    objects = TenantManager()

    class Meta:
        db_table = "switch_pause"
