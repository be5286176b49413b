"""The latest executions of flows, for lists of flows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Q

from executions.models import Execution
from executions.selectors import executions as selector
from tenants.actors import Actor

MOST_FLOWS: Final = 200


def latest_of(actor: Actor, flows: Sequence[tuple[str, str]]) -> list[Execution]:
    """The latest execution of each flow that has one."""
    if not flows:
        return []
    wanted = Q(pk__in=[])
    for namespace, flow_id in flows[:MOST_FLOWS]:
        wanted |= Q(namespace=namespace, flow_id=flow_id)
    rows = selector.seen_by(actor).filter(wanted)
    return list(rows.order_by("namespace", "flow_id", "-id").distinct("namespace", "flow_id"))
