"""Paths that namespaces had before they moved."""

from __future__ import annotations

from django.db import models

from downbeat.common.models import TenantOwned
from tenants.models.namespaces import Namespace


class FormerPath(TenantOwned):
    """A path that a namespace has left: still its own, so that nobody else can be found there.

    Of any path there is a namespace or a former path, never both. The row goes when nothing from
    before `moved_at` bears the path any more, or when its namespace moves back. It outlives its
    namespace: what a deleted one left must not fall to another of an old name either.
    """

    path = models.CharField(max_length=150)
    namespace = models.ForeignKey(
        Namespace,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="former_paths",
        db_constraint=False,
    )
    moved_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "path"], name="tenants_formerpath_once")
        ]
        indexes = [
            models.Index(fields=["tenant_id", "namespace"], name="tenants_formerpath_of"),
        ]
