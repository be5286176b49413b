"""What the tables below an execution share: the tenant and the execution lead every key."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantManager


class PartOfExecution(models.Model):
    """A row that belongs to one execution; most such tables are partitioned by its id."""

    tenant_id = models.UUIDField()
    execution_id = models.UUIDField()

    objects = TenantManager()

    class Meta:
        abstract = True
