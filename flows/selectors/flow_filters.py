"""What flows can be searched by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import Q, QuerySet

from downbeat.common.api import conditions
from downbeat.common.api.conditions import Field
from downbeat.common.api.filters import EQUALITY, Clause, Group, Op
from flows.models import Flow

SORTS: Final = {
    "id": "flow_id",
    "flowId": "flow_id",
    "namespace": "namespace",
    "updated": "updated_at",
    "created": "created_at",
    "revision": "revision",
    "disabled": "disabled",
}
ORDER: Final = ("namespace", "flow_id")
_NEGATIVE: Final = frozenset({Op.NOT_EQUALS, Op.NOT_IN, Op.NOT_CONTAINS})


def _negated(clause: Clause, found: Q) -> Q:
    return ~found if clause.op in _NEGATIVE else found


def _text(clause: Clause) -> Q:
    """Free text: part of a namespace or of an id."""
    found = Q(flow_id__icontains=clause.value) | Q(namespace__icontains=clause.value)
    return _negated(clause, found)


def _labels(clause: Clause) -> Q:
    """`filters[labels][EQUALS][key]=value`, or `key:value` without a key."""
    found = Q()
    for value in clause.values if clause.key is None else (clause.value,):
        found |= _label(clause, value)
    return _negated(clause, found)


def _label(clause: Clause, text: str) -> Q:
    if clause.key is None:
        key, separator, value = text.partition(":")
        if not separator:
            reason = "write key:value, or filters[labels][EQUALS][key]=value"
            raise conditions.refused(clause, reason)
        return Q(labels__contains={key.strip(): value.strip()})
    values = text.split(",") if clause.op in (Op.IN, Op.NOT_IN) else [text]
    found = Q()
    for value in values:
        found |= Q(labels__contains={clause.key: value})
    return found


def _scope(clause: Clause) -> Q:
    """Flows of people, or of the platform's own namespace."""
    system = Q(namespace="system") | Q(namespace__startswith="system.")
    wanted = {value.strip().upper() for value in clause.value.split(",")}
    if not wanted <= {"USER", "SYSTEM"}:
        raise conditions.refused(clause, "use USER or SYSTEM")
    found = Q()
    if wanted == {"SYSTEM"}:
        found = system
    elif wanted == {"USER"}:
        found = ~system
    else:
        found = Q(pk__isnull=False)
    return _negated(clause, found)


def _enabled(clause: Clause) -> Q:
    """The opposite of `disabled`."""
    return ~FIELDS["disabled"].condition(clause)


def _type(clause: Clause) -> Q:
    """Flows with a task or trigger of one of the types, as their sources write them."""
    values = list(clause.values)
    found = Q(task_types__overlap=values) | Q(trigger_types__overlap=values)
    return _negated(clause, found)


FIELDS: Final[Mapping[str, Field]] = {
    "q": Field(frozenset({Op.EQUALS, Op.NOT_EQUALS, Op.CONTAINS}), _text),
    "namespace": conditions.text("namespace"),
    "flowId": conditions.text("flow_id"),
    "id": conditions.text("flow_id"),
    "flowRevision": conditions.number("revision"),
    "labels": Field(EQUALITY | {Op.CONTAINS, Op.NOT_CONTAINS}, _labels, map=True),
    "scope": Field(EQUALITY, _scope),
    "disabled": conditions.truth("disabled"),
    "enabled": Field(frozenset({Op.EQUALS, Op.NOT_EQUALS}), _enabled),
    "type": Field(EQUALITY, _type),
    "created": conditions.moment("created_at"),
    "updated": conditions.moment("updated_at"),
    "timeRange": conditions.since("updated_at"),
}


def matching(rows: QuerySet[Flow], group: Group) -> QuerySet[Flow]:
    """The rows that a request's filters find."""
    return rows.filter(conditions.condition(group, FIELDS))
