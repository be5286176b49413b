"""Which flows a search by names means: a few rows here, where executions would be a million."""

from __future__ import annotations

from typing import Final

from downbeat.common.api.filters import Group
from flows.models import Flow
from flows.selectors import flow_filters
from tenants.access import visible
from tenants.actors import Actor

MOST: Final = 200
MOST_NAMESPACES: Final = 1_000


def flows_named(actor: Actor, permission: str, group: Group) -> list[tuple[str, str]] | None:
    """Namespace and id of the flows, deleted ones too, that filters on names find.

    Only those where the actor holds the permission; ``None`` when there are more than 200.
    """
    rows = visible(actor, permission, Flow.objects.all())
    pairs = flow_filters.matching(rows, group).values_list("namespace", "flow_id")
    found = list(pairs[: MOST + 1])
    return None if len(found) > MOST else found


def namespaces_with_flows(actor: Actor, permission: str) -> list[str] | None:
    """Namespaces in which there is or was a flow and where the actor holds the permission.

    ``None`` when there are more than 1,000.
    """
    rows = visible(actor, permission, Flow.objects.all()).order_by("namespace")
    found = list(rows.values_list("namespace", flat=True).distinct()[: MOST_NAMESPACES + 1])
    return None if len(found) > MOST_NAMESPACES else found
