"""Filters of flow lists, as conditions of a query."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from downbeat.common.api.filters import Clause, Group, Logical, Op
from downbeat.common.errors import FieldError, InvalidFields
from flows.models import Flow

COLUMNS = {"namespace": "namespace", "flowId": "flow_id", "id": "flow_id"}
LOOKUPS = {
    Op.EQUALS: "",
    Op.IN: "__in",
    Op.STARTS_WITH: "__startswith",
    Op.ENDS_WITH: "__endswith",
    Op.CONTAINS: "__icontains",
}
NEGATED = {
    Op.NOT_EQUALS: Op.EQUALS,
    Op.NOT_IN: Op.IN,
    Op.NOT_CONTAINS: Op.CONTAINS,
}


def matching_flows(rows: QuerySet[Flow], found: Group) -> QuerySet[Flow]:
    """The rows that satisfy a group of filters."""
    return rows.filter(_group(found))


def _group(found: Group) -> Q:
    joined = Q()
    for member in found.members:
        one = _group(member) if isinstance(member, Group) else _clause(member)
        joined = joined | one if found.logical is Logical.OR else joined & one
    return joined


def _clause(clause: Clause) -> Q:
    if clause.op in NEGATED:
        plain = Clause(clause.field, NEGATED[clause.op], clause.value, clause.key)
        return ~_clause(plain)
    match clause.field:
        case "q":
            return Q(flow_id__icontains=clause.value) | Q(namespace__icontains=clause.value)
        case "labels":
            return _labels(clause)
        case "disabled":
            return Q(disabled=clause.value.lower() == "true")
        case "scope":
            system = Q(namespace="system") | Q(namespace__startswith="system.")
            return system if "SYSTEM" in clause.value.upper() else ~system
        case _:
            return _text(clause)


def _text(clause: Clause) -> Q:
    column = COLUMNS[clause.field]
    if clause.op is Op.PREFIX:
        return Q(**{column: clause.value}) | Q(**{f"{column}__startswith": f"{clause.value}."})
    if clause.op is Op.REGEX:
        return Q(**{f"{column}__regex": _regex(clause)})
    value = list(clause.values) if clause.op is Op.IN else clause.value
    return Q(**{f"{column}{LOOKUPS[clause.op]}": value})


def _regex(clause: Clause) -> str:
    try:
        re.compile(clause.value)
    except re.error as error:
        found = FieldError(f"not a regular expression: {error}", path=clause.field, code="filter")
        raise InvalidFields([found]) from None
    return clause.value


def _labels(clause: Clause) -> Q:
    joined = Q()
    if clause.key is not None:
        for value in clause.values:
            joined |= Q(labels__contains={clause.key: value})
        return joined
    for pair in clause.values:
        key, _, value = pair.partition(":")
        joined |= Q(labels__contains={key: value})
    return joined
