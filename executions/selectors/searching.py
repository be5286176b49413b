"""Searches executions by filters, on the way that costs least.

Names are looked up among the flows first: there are few of them, and a name that no flow has, or
none that the actor may see, needs no look at the executions at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Q, QuerySet

from downbeat.common.api import conditions
from downbeat.common.api.filters import NOTHING, Clause, Group, Logical, Op
from executions.models import Execution
from executions.selectors import execution_filters
from executions.selectors import executions as selector
from executions.selectors.states import ALL
from flows import facade as flows
from tenants.access import can
from tenants.actors import Actor

NAMES: Final = frozenset({"namespace", "flowId", "q"})
_NEGATIVE: Final = frozenset({Op.NOT_EQUALS, Op.NOT_IN, Op.NOT_CONTAINS})
_OF_NAMES: Final = frozenset({"namespace", "flow_id"})
_NIL: Final = conditions.uuid_or_nil("")


def found(actor: Actor, group: Group, permission: str = "execution.view") -> QuerySet[Execution]:
    """The executions on which an actor has a right and that the filters find."""
    rows = selector.seen_by(actor, permission).filter(execution_filters.condition(group))
    names = tuple(item for item in group.members if isinstance(item, Clause) and _names(item))
    if group.logical is not Logical.AND or not names:
        return rows
    pairs = flows.flows_named(actor, permission, Group(Logical.AND, names))
    if pairs is None:
        return rows
    if not pairs:
        return rows.none()
    namespaces, ids = ({pair[part] for pair in pairs} for part in (0, 1))
    # It follows from the filters; said in this way it is a range of the index of flows.
    return rows.filter(Q(namespace__in=sorted(namespaces), flow_id__in=sorted(ids)))


def ordered(
    actor: Actor,
    rows: QuerySet[Execution],
    order: Sequence[str],
    permission: str = "execution.view",
) -> QuerySet[Execution]:
    """The executions that ``found`` gave, in an order.

    In an order of names, what an actor may not see could be all that comes first. Said by name, it
    is passed over in the index.
    """
    rows = rows.order_by(*order)
    if order[0].lstrip("-") not in _OF_NAMES or can(actor, permission):
        return rows
    namespaces = flows.namespaces_with_flows(actor, permission)
    return rows if namespaces is None else rows.filter(namespace__in=namespaces)


def distinct(actor: Actor, group: Group, column: str, *, most: int) -> Sequence[str | int]:
    """The values of a column among the executions that the filters find, in order.

    Values that can be known beforehand are looked for one by one, each by an index; only for the
    others are the executions read.
    """
    rows = found(actor, group)
    known = _candidates(actor, column)
    if known is not None:
        return [value for value in known if rows.filter(**{column: value}).exists()][:most]
    named = rows.exclude(**{f"{column}__isnull": True}).order_by(column)
    return list(named.values_list(column, flat=True).distinct()[:most])


def _candidates(actor: Actor, column: str) -> list[str] | None:
    """All values that a column can have, where that is known and they are few."""
    if column == "state":
        return sorted(ALL)
    if column not in ("namespace", "flow_id"):
        return None
    pairs = flows.flows_named(actor, "execution.view", NOTHING)
    if pairs is None:
        return None
    return sorted({pair[column == "flow_id"] for pair in pairs})


def _names(clause: Clause) -> bool:
    """Whether a clause is about names alone: free text may also be an execution's id."""
    if clause.field not in NAMES or clause.op in _NEGATIVE or not clause.value:
        return False
    return clause.field != "q" or conditions.uuid_or_nil(clause.value) == _NIL
