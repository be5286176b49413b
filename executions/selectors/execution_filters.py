"""What executions can be searched by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import Q

from downbeat.common.api.filters import Clause, Group, Op
from executions.selectors import filtering
from executions.selectors.filtering import Field

SORTS: Final = {
    "id": "id",
    "namespace": "namespace",
    "flowId": "flow_id",
    "state": "state",
    "state.current": "state",
    "state.startDate": "created_at",
    "startDate": "created_at",
    "state.endDate": "ended_at",
    "endDate": "ended_at",
    "flowRevision": "revision",
}
NEWEST_FIRST: Final = ("-id",)


def _text(clause: Clause) -> Q:
    """Free text: part of a namespace or flow id, or the beginning of an execution's id."""
    if not clause.value:
        return Q()
    found = Q(flow_id__icontains=clause.value) | Q(namespace__icontains=clause.value)
    if len(clause.value) >= 8:
        found |= Q(id__in=[filtering.uuid_or_nil(clause.value)])
    return ~found if clause.op is Op.NOT_EQUALS else found


def _labels(clause: Clause) -> Q:
    """`filters[labels][EQUALS][key]=value`, or `key:value` without a key."""
    key, value = clause.key, clause.value
    if key is None:
        key, separator, value = clause.value.partition(":")
        if not separator:
            raise filtering.refused(
                clause, "write key:value, or filters[labels][EQUALS][key]=value"
            )
    values = value.split(",") if clause.op in (Op.IN, Op.NOT_IN) else [value]
    found = Q()
    for one in values:
        found |= Q(labels__contains=[{"key": key, "value": one}])
    return ~found if clause.op in (Op.NOT_EQUALS, Op.NOT_IN) else found


def _children(clause: Clause) -> Q:
    """CHILD: started by another execution; MAIN: not."""
    wanted = clause.value.upper()
    if wanted not in {"CHILD", "MAIN"}:
        raise filtering.refused(clause, "use CHILD or MAIN")
    return Q(parent_id__isnull=wanted == "MAIN")


def _trigger_execution(clause: Clause) -> Q:
    return Q(trigger__variables__executionId=clause.value)


def _scope(clause: Clause) -> Q:
    """Executions of people's flows or of the platform's own namespace."""
    wanted = {value.upper() for value in clause.value.split(",")}
    if wanted >= {"USER", "SYSTEM"}:
        return Q()
    return Q(namespace="system") if wanted == {"SYSTEM"} else ~Q(namespace="system")


FIELDS: Final[Mapping[str, Field]] = {
    "q": Field(frozenset({Op.EQUALS, Op.NOT_EQUALS}), _text),
    "id": filtering.identity("id"),
    "executionId": filtering.identity("id"),
    "namespace": filtering.text("namespace"),
    "flowId": filtering.text("flow_id"),
    "flowRevision": filtering.number("revision"),
    "state": filtering.choice("state"),
    "status": filtering.choice("state"),
    "labels": Field(
        frozenset({Op.EQUALS, Op.NOT_EQUALS, Op.IN, Op.NOT_IN, Op.CONTAINS}), _labels, map=True
    ),
    "startDate": filtering.moment("created_at"),
    "endDate": filtering.moment("ended_at"),
    "timeRange": filtering.since("created_at"),
    "parentId": filtering.identity("parent_id"),
    "triggerId": filtering.text("trigger_id"),
    "triggerExecutionId": Field(frozenset({Op.EQUALS}), _trigger_execution),
    "childFilter": Field(frozenset({Op.EQUALS}), _children),
    "kind": filtering.choice("kind"),
    "scope": Field(frozenset({Op.EQUALS, Op.IN}), _scope),
}


def condition(group: Group) -> Q:
    """The condition that a request's filters mean."""
    return filtering.condition(group, FIELDS)
