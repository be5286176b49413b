"""Which filters and orders a search for triggers knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q
from rest_framework.request import Request

from downbeat.common.api import conditions, filters
from downbeat.common.api.conditions import Field
from downbeat.common.api.filters import Clause, Group, Op
from downbeat.common.errors import FieldError, InvalidFields
from executions.api import requests

SORTS: Final = {
    "namespace": "namespace",
    "flowId": "flow_id",
    "triggerId": "trigger_id",
    "type": "type",
    "nextEvaluationDate": "next_at",
    "nextExecutionDate": "next_at",
    "evaluatedAt": "evaluated_at",
    "lastTriggeredDate": "last_at",
    "updatedAt": "updated_at",
}
ORDER: Final = ("namespace", "flow_id", "trigger_id")
DATES: Final = {"NEXT_EXECUTION_DATE": "next_at", "LAST_TRIGGERED_DATE": "last_at"}
"""The date to which the interval of a search applies, as `dateFilter` names it."""
KINDS: Final = {"SCHEDULE": "schedule", "POLLING": "poll", "REALTIME": "realtime"}
WORDS: Final = frozenset({Op.EQUALS, Op.IN})
ONE: Final = frozenset({Op.EQUALS})


def matching(text: str) -> Q:
    """Triggers with a text in their id, their flow's or their namespace."""
    found = Q()
    for name in ORDER:
        found |= Q(**{f"{name}__icontains": text})
    return found


def _state(clause: Clause) -> Q:
    off = Q(disabled=True) | Q(source_disabled=True)
    known = {"DISABLED": off, "ENABLED": ~off}
    found = Q(pk__in=[])
    for value in clause.values:
        if value.upper() not in known:
            raise conditions.refused(clause, "use ENABLED or DISABLED")
        found |= known[value.upper()]
    return found


def _kind(clause: Clause) -> Q:
    wanted = [KINDS.get(value.upper()) for value in clause.values]
    if None in wanted:
        raise conditions.refused(clause, f"use one of {', '.join(KINDS)}")
    return Q(family__in=wanted)


def _locked(clause: Clause) -> Q:
    waits = Q(execution_id__isnull=False)
    return waits if clause.value.lower() == "true" else ~waits


def fields_of(request: Request) -> Mapping[str, Field]:
    """The fields of a search; `dateFilter` says which date its interval is about."""
    name = request.query_params.get("dateFilter") or "LAST_TRIGGERED_DATE"
    if name not in DATES:
        reason = f"use one of {', '.join(DATES)}"
        raise InvalidFields([FieldError(reason, path="dateFilter")])
    return {**FIELDS, **_interval(DATES[name])}


def _interval(column: str) -> dict[str, Field]:
    return {
        "timeRange": conditions.since(column),
        "startDate": conditions.moment(column),
        "endDate": conditions.moment(column),
    }


FIELDS: Final[Mapping[str, Field]] = {
    "q": Field(ONE, lambda clause: matching(clause.value)),
    "namespace": conditions.text("namespace"),
    "flowId": conditions.text("flow_id"),
    "triggerId": conditions.text("trigger_id"),
    "type": conditions.text("type"),
    "workerId": conditions.identity("worker_id"),
    "triggerExecutionId": conditions.identity("execution_id"),
    "executionId": conditions.identity("execution_id"),
    "triggerState": Field(WORDS, _state),
    "kind": Field(WORDS, _kind),
    "locked": Field(ONE, _locked),
    "nextExecutionDate": conditions.moment("next_at"),
    "lastTriggeredDate": conditions.moment("last_at"),
}


def asked(request: Request, fields: Mapping[str, Field]) -> Group:
    """The filters of the query string and, for a DELETE, those in its body."""
    if request.method != "DELETE" or not request.data:
        return requests.filters_of(request, fields)
    query: dict[str, Any] = dict(_pairs(request.data))
    return filters.parse(query, conditions.ops_of(fields), maps=conditions.maps_of(fields))


def _pairs(body: Any) -> list[tuple[str, str]]:
    items = body.get("filters") if isinstance(body, Mapping) else None
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        reason = "send {filters: [{field, operation, value}]}"
        raise InvalidFields([FieldError(reason, path="filters")])
    return [
        (f"filters[{item.get('field')}][{item.get('operation')}]", _text(item.get("value")))
        for item in items
    ]


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
