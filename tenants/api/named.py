"""Lists of things that have a name: filters and suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from downbeat.common.api.conditions import Field, chosen, condition, identity, text
from downbeat.common.api.filters import Op
from tenants.api.bodies import AutocompleteBody

M = TypeVar("M", bound=Model)
MOST_SUGGESTIONS: Final = 100
FIELDS: Final[Mapping[str, Field]] = {
    "q": Field(frozenset({Op.EQUALS, Op.CONTAINS}), lambda clause: Q(name__icontains=clause.value)),
    "id": identity("id"),
    "name": text("name"),
}


def narrowed(rows: QuerySet[M], query: Mapping[str, Any]) -> QuerySet[M]:
    """Those that the filters of a query string let through."""
    return rows.filter(condition(chosen(query, FIELDS), FIELDS))


def suggested(rows: QuerySet[M], body: AutocompleteBody) -> list[M]:
    """Those that were asked for by id, then those whose name contains the text."""
    asked = list(rows.filter(id__in=_ids(body.ids)).order_by("name")) if body.ids else []
    if body.existing_only:
        return asked
    found = rows.filter(name__icontains=body.q or "").exclude(id__in=[row.pk for row in asked])
    return [*asked, *found.order_by("name")[:MOST_SUGGESTIONS]]


def _ids(texts: list[str]) -> list[UUID]:
    """Those of the texts that are ids; the others name nothing."""
    found: list[UUID] = []
    for written in texts:
        try:
            found.append(UUID(written))
        except ValueError:
            continue
    return found
