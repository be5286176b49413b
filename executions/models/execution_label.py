"""Which executions have which label, for search."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from django.db import models

from executions.models.base import PartOfExecution


class ExecutionLabel(PartOfExecution):
    """A label of an execution as one number, by which an index finds the newest that have it.

    The column ``execution.labels`` says what the labels are; the database itself keeps this table
    in step with it. An index on that column would be no use: row-level security comes first, and
    ``@>`` may not be asked before it because the operator is not leakproof. Equality is.

    The label by which every execution points at itself is not kept: it would be a row per
    execution, and says nothing that the id does not say.
    """

    pk = models.CompositePrimaryKey("tenant_id", "execution_id", "digest")
    digest = models.UUIDField()

    class Meta:
        db_table = "execution_label"
        indexes = (
            models.Index(fields=["tenant_id", "digest", "execution_id"], name="execution_by_label"),
        )


def digest_of(key: str, value: str) -> UUID:
    """The number of a label, as the database computes it: 128 bits, however long the texts are."""
    return UUID(bytes=sha256(f"{len(key)}:{key}{value}".encode()).digest()[:16])
