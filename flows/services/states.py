"""States of flows: maps that outlive executions, kept beside the pairs of a namespace.

Their keys begin with a sign that no key of a person may begin with, so neither sees the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from downbeat.common import clock
from downbeat.common.models import uuid7
from downbeat.common.scope import current_tenant
from flows.models import KeyValue
from flows.selectors.keyvalues import STATES
from tenants.contracts import NamespaceRef


@transaction.atomic
def state(namespace: str, key: str) -> dict[str, Any] | None:
    """A state; the row stays locked to the end of the transaction, so that what is made of it
    is made of what is there."""
    row = _locked(namespace, key)
    return None if row is None else dict(row.value or {})


@transaction.atomic
def merge_state(
    namespace: NamespaceRef, key: str, data: Mapping[str, Any], *, about: str = ""
) -> dict[str, Any]:
    """Puts values over those of a state; returns the whole."""
    now = clock.now()
    row = _locked(namespace.path, key) or KeyValue(
        id=uuid7(),
        tenant_id=current_tenant(),
        namespace_id=namespace.id,
        namespace=namespace.path,
        key=STATES + key,
        value={},
        kind="JSON",
        description=about,
        revision=0,
        created_at=now,
    )
    whole = {**(row.value or {}), **data}
    row.value, row.updated_at, row.revision = whole, now, row.revision + 1
    row.save()
    return whole


@transaction.atomic
def delete_state(namespace: str, key: str) -> bool:
    """Removes a state; says whether it was there."""
    rows = KeyValue.objects.filter(namespace=namespace, key=STATES + key)
    return bool(rows.delete()[0])


def _locked(namespace: str, key: str) -> KeyValue | None:
    rows = KeyValue.objects.select_for_update()
    return rows.filter(namespace=namespace, key=STATES + key).first()
