"""Reads of the audit trail; call inside the scope of the tenant, or of the instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from downbeat.common.api.conditions import Field, chosen, condition, identity, moment, text
from downbeat.common.api.filters import EQUALITY, Clause, Op
from tenants.models import AuditEntry

BATCH: Final = 1_000


def _words(clause: Clause) -> Q:
    value = clause.value
    return (
        Q(action__icontains=value)
        | Q(actor_name__icontains=value)
        | Q(object_id__icontains=value)
        | Q(namespace__icontains=value)
    )


def _object() -> Field:
    """The first part of an object's address: a flow's or an execution's id."""

    def named(clause: Clause) -> Q:
        found = Q()
        for value in clause.values:
            found |= Q(object_id=value) | Q(object_id__startswith=f"{value}/")
        return ~found if clause.op in {Op.NOT_EQUALS, Op.NOT_IN} else found

    return Field(EQUALITY, named)


def _upper(column: str) -> Field:
    def named(clause: Clause) -> Q:
        found = Q(**{f"{column}__in": [value.upper() for value in clause.values]})
        return ~found if clause.op in {Op.NOT_EQUALS, Op.NOT_IN} else found

    return Field(EQUALITY, named)


FIELDS: Final[Mapping[str, Field]] = {
    "q": Field(frozenset({Op.EQUALS, Op.CONTAINS}), _words),
    "namespace": text("namespace"),
    "flowId": _object(),
    "executionId": _object(),
    "id": text("object_id"),
    "userId": identity("actor_id"),
    "resources": _upper("resource"),
    "type": _upper("type"),
    "action": text("action"),
    "startDate": Field(
        frozenset({Op.EQUALS, Op.GREATER_THAN, Op.GREATER_THAN_OR_EQUAL_TO}),
        lambda clause: moment("at").condition(
            Clause("startDate", Op.GREATER_THAN_OR_EQUAL_TO, clause.value)
        ),
    ),
    "endDate": Field(
        frozenset({Op.EQUALS, Op.LESS_THAN, Op.LESS_THAN_OR_EQUAL_TO}),
        lambda clause: moment("at").condition(
            Clause("endDate", Op.LESS_THAN_OR_EQUAL_TO, clause.value)
        ),
    ),
}
ORDER: Final = {"date": "at", "type": "type", "resource": "resource", "action": "action"}


def entries(query: Mapping[str, Any]) -> QuerySet[AuditEntry]:
    """Those that the filters of a query string let through, with their places in the chain."""
    found = condition(chosen(query, FIELDS), FIELDS)
    return AuditEntry.objects.filter(found).select_related("link")


def entry(entry_id: UUID) -> AuditEntry | None:
    """One."""
    return AuditEntry.objects.filter(id=entry_id).select_related("link").first()


def history(object_id: str) -> QuerySet[AuditEntry]:
    """What happened to one object, the newest first."""
    return AuditEntry.objects.filter(object_id=object_id).order_by("-at", "-id")


def following(rows: QuerySet[AuditEntry], last: AuditEntry | None) -> list[AuditEntry]:
    """Some rows, the oldest first, after the last that was read."""
    ahead = rows.order_by("at", "id")
    if last is not None:
        ahead = ahead.filter(Q(at__gt=last.at) | Q(at=last.at, id__gt=last.id))
    return list(ahead[:BATCH])
