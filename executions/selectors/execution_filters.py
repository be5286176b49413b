"""What executions can be searched by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from downbeat.common.api import conditions
from downbeat.common.api.conditions import Field
from downbeat.common.api.filters import EQUALITY, Clause, Group, Op
from downbeat.common.api.pagination import PageRequest
from executions.models import ExecutionLabel
from executions.models.execution_label import digest_of
from executions.services.labels import CORRELATION

SORTS: Final = {
    "id": "id",
    "namespace": "namespace",
    "flowId": "flow_id",
    "state": "state",
    "state.current": "state",
    # Ids are made when the execution is, and sort by time; unlike the date they have an index.
    "state.startDate": "id",
    "startDate": "id",
    "state.endDate": "ended_at",
    "endDate": "ended_at",
    "flowRevision": "revision",
}
NEWEST_FIRST: Final = ("-id",)
_TOGETHER: Final = {"namespace": "flow_id", "flow_id": "namespace"}
SLACK: Final = timedelta(minutes=10)
"""How far the clocks of the processes and the database may be apart."""
_NEGATIVE: Final = frozenset({Op.NOT_EQUALS, Op.NOT_IN, Op.NOT_CONTAINS})


def _text(clause: Clause) -> Q:
    """Free text: part of a namespace or flow id, or the beginning of an execution's id."""
    if not clause.value:
        return Q()
    found = Q(flow_id__icontains=clause.value) | Q(namespace__icontains=clause.value)
    if len(clause.value) >= 8:
        found |= Q(id__in=[conditions.uuid_or_nil(clause.value)])
    return ~found if clause.op is Op.NOT_EQUALS else found


def _labels(clause: Clause) -> Q:
    """`filters[labels][EQUALS][key]=value`, or `key:value` without a key."""
    key, value = clause.key, clause.value
    if key is None:
        key, separator, value = clause.value.partition(":")
        if not separator:
            raise conditions.refused(
                clause, "write key:value, or filters[labels][EQUALS][key]=value"
            )
    values = value.split(",") if clause.op in (Op.IN, Op.NOT_IN) else [value]
    found = _labelled(key, values)
    return ~found if clause.op in _NEGATIVE else found


def _labelled(key: str, values: Sequence[str]) -> Q:
    """Executions with one of these values of a label."""
    digests = [digest_of(key, value) for value in values]
    rows = ExecutionLabel.objects.filter(execution_id=OuterRef("id"), digest__in=digests)
    found = Q(Exists(rows))
    if key == CORRELATION:
        # Nothing is kept of the label by which an execution names itself, unless it was changed.
        own = Q(id__in=[conditions.uuid_or_nil(value) for value in values])
        named = (Q(labels__contains=[{"key": key, "value": value}]) for value in values)
        found |= own & reduce(or_, named)
    return found


def _children(clause: Clause) -> Q:
    """CHILD: started by another execution; MAIN: not."""
    wanted = clause.value.upper()
    if wanted not in {"CHILD", "MAIN"}:
        raise conditions.refused(clause, "use CHILD or MAIN")
    main = (wanted == "MAIN") is not (clause.op is Op.NOT_EQUALS)
    return Q(parent_id__isnull=main)


def _kind(clause: Clause) -> Q:
    """The kind of an execution; ordinary ones have none stored."""
    values = {value.upper() for value in clause.values}
    found = Q(kind__in=values)
    if "NORMAL" in values:
        found |= Q(kind__isnull=True)
    return ~found if clause.op in _NEGATIVE else found


def _scope(clause: Clause) -> Q:
    """Executions of people's flows or of the platform's own namespace."""
    wanted = {value.strip().upper() for value in clause.value.split(",")}
    if not wanted <= {"USER", "SYSTEM"}:
        raise conditions.refused(clause, "use USER or SYSTEM")
    if clause.op in _NEGATIVE:
        wanted = {"USER", "SYSTEM"} - wanted
    system = Q(namespace="system") | Q(namespace__startswith="system.")
    match sorted(wanted):
        case ["SYSTEM"]:
            return system
        case ["USER"]:
            return ~system
        case []:
            return Q(id__in=[])
        case _:
            return Q()


def _begun(field: Field) -> Field:
    """A condition on the beginning, with bounds on the id that let the database skip the rest.

    An id begins with the milliseconds at which it was made. Clocks of processes and the database
    differ a little, hence the slack; the exact condition stands beside the bounds.
    """

    def condition(clause: Clause) -> Q:
        exact = field.condition(clause)
        bounds = Q()
        for name, value in (part for part in exact.children if isinstance(part, tuple)):
            lookup = name.rpartition("__")[2]
            if not exact.negated and lookup in ("gt", "gte"):
                bounds &= Q(id__gte=_id_at(value - SLACK))
            elif not exact.negated and lookup in ("lt", "lte"):
                bounds &= Q(id__lte=_id_at(value + SLACK))
        return exact & bounds

    return Field(field.ops, condition)


def _id_at(moment: datetime) -> UUID:
    """The smallest id of a moment."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return UUID(int=milliseconds << 80)


FIELDS: Final[Mapping[str, Field]] = {
    "q": Field(frozenset({Op.EQUALS, Op.NOT_EQUALS}), _text),
    "id": conditions.identity("id"),
    "executionId": conditions.identity("id"),
    "namespace": conditions.text("namespace"),
    "flowId": conditions.text("flow_id"),
    "flowRevision": conditions.number("revision"),
    "state": conditions.choice("state"),
    "status": conditions.choice("state"),
    "labels": Field(EQUALITY | {Op.CONTAINS, Op.NOT_CONTAINS}, _labels, map=True),
    "created": _begun(conditions.moment("created_at")),
    "startDate": _begun(conditions.moment("created_at")),
    "endDate": conditions.moment("ended_at"),
    "timeRange": _begun(conditions.since("created_at")),
    "parentId": conditions.identity("parent_id"),
    "triggerId": conditions.text("trigger_id"),
    "triggerExecutionId": conditions.text("trigger__variables__executionId"),
    "childFilter": Field(frozenset({Op.EQUALS, Op.NOT_EQUALS}), _children),
    "kind": Field(EQUALITY, _kind),
    "scope": Field(EQUALITY, _scope),
}


def condition(group: Group) -> Q:
    """The condition that a request's filters mean."""
    return conditions.condition(group, FIELDS)


def order(asked: PageRequest) -> Sequence[str]:
    """The order of a list; 422 for a field that lists are not sorted by.

    What is equal comes newest first, in a descending order oldest first: as the indexes have it,
    read forwards and backwards. Any other way a page would sort everything that is equal to it.
    """
    chosen = asked.order_by(SORTS, ())
    if not chosen:
        return NEWEST_FIRST
    last = chosen[-1].lstrip("-")
    other = _TOGETHER.get(last)
    if other is not None and {other, f"-{other}"}.isdisjoint(chosen):
        chosen.append(chosen[-1].replace(last, other))
    if {"id", "-id"}.isdisjoint(chosen):
        chosen.append("id" if chosen[-1].startswith("-") else "-id")
    return chosen
