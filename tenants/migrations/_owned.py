"""Parts that migrations of tenants' tables share."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import models

import downbeat.common.models
import downbeat.common.scope

Fields = list[tuple[str, Any]]


def owned(*fields: tuple[str, Any]) -> Fields:
    """The fields of a row that belongs to a tenant."""
    id_field = models.UUIDField(
        default=downbeat.common.models.uuid7, editable=False, primary_key=True, serialize=False
    )
    tenant = models.UUIDField(default=downbeat.common.scope.current_tenant, editable=False)
    return [("id", id_field), ("tenant_id", tenant), *fields]


def options(**more: object) -> dict[str, object]:
    """The options of such a table."""
    return {"abstract": False, "default_permissions": (), "base_manager_name": "objects", **more}


def namespace_key(**more: Any) -> Any:
    """A foreign key to a namespace; the database's own is composite."""
    return models.ForeignKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to="tenants.namespace",
        **more,
    )
