"""Reads key-value pairs; expired ones are not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from flows.contracts import KeyValueRef
from flows.models import KeyValue

STATES: Final = "_state/"
"""How keys of states of flows begin; no key of a person may, and no list of pairs shows them."""


def live_pairs(namespace: str | None = None) -> QuerySet[KeyValue]:
    """Pairs that have not expired, by the database's clock; of all namespaces if none is named."""
    rows = KeyValue.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=Now()))
    rows = rows.exclude(key__startswith=STATES)
    return rows.filter(namespace=namespace) if namespace is not None else rows


def pair(namespace: str, key: str) -> KeyValueRef | None:
    """The pair under a key of exactly this namespace."""
    row = live_pairs(namespace).filter(key=key).first()
    return reference(row) if row else None


def inherited_pair(ancestors: Sequence[str], key: str) -> KeyValueRef | None:
    """The pair under a key in the nearest of a namespace and its ancestors."""
    found = {row.namespace: row for row in live_pairs().filter(namespace__in=ancestors, key=key)}
    nearest = max(found, key=len, default=None)
    return reference(found[nearest]) if nearest else None


def keys(namespace: str, prefix: str = "") -> list[str]:
    """The keys of a namespace that begin with a prefix, in order."""
    rows = live_pairs(namespace).filter(key__startswith=prefix)
    return list(rows.order_by("key").values_list("key", flat=True))


def namespaces_with_pairs() -> list[str]:
    """Every namespace that holds a pair, expired or not."""
    rows = KeyValue.objects.exclude(key__startswith=STATES)
    return list(rows.order_by("namespace").values_list("namespace", flat=True).distinct())


def reference(row: KeyValue) -> KeyValueRef:
    """A row as readers see it."""
    return KeyValueRef(
        namespace=row.namespace,
        key=row.key,
        value=row.value,
        kind=row.kind,
        revision=row.revision,
        description=row.description,
        created_at=row.created_at,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
    )
