"""Concurrency limits of flows: how much of each is used, and who may go on when one changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from downbeat.common.scope import current_tenant
from executions.models import Execution
from executions.runtime.store_statements import SLOT_STATES
from executions.runtime.turn_admission import release_waiting
from executions.services.errors import FlowMissing
from flows import facade as flows
from flows.contracts import FlowPublished, LimitedFlow
from tenants.access import require
from tenants.actors import Actor


@dataclass(frozen=True, slots=True)
class LimitUse:
    """A flow's limit and the executions that hold a slot of it, or wait for one."""

    flow: LimitedFlow
    running: int
    queued: int


def search(actor: Actor) -> list[LimitUse]:
    """Every flow with a limit that the actor may see."""
    return _used(flows.limited_flows(actor))


def recheck(namespace: str, flow_id: str, *, actor: Actor) -> LimitUse:
    """Lets those go on for whom there is a slot now; returns how much is used.

    What is used follows from the states of executions and is never set, so it is never wrong.
    """
    found = flows.limited_flow(actor, namespace, flow_id)
    if found is None:
        raise FlowMissing(namespace=namespace, flow_id=flow_id)
    require(actor, "execution.edit", found.namespace_id)
    release_waiting(current_tenant(), found.uid)
    return _used([found])[0]


def on_published(event: FlowPublished) -> None:
    """A flow has a new revision: its limit may let more of those go on that wait."""
    release_waiting(event.tenant_id, event.uid)


def _used(found: Sequence[LimitedFlow]) -> list[LimitUse]:
    counts = _counts([flow.uid for flow in found])
    return [
        LimitUse(
            flow=flow,
            running=sum(counts.get((flow.uid, state), 0) for state in SLOT_STATES),
            queued=counts.get((flow.uid, "QUEUED"), 0),
        )
        for flow in found
    ]


def _counts(uids: Sequence[UUID]) -> Mapping[tuple[UUID, str], int]:
    live: Any = Execution.objects.filter(flow_uid__in=uids, ended_at__isnull=True)
    rows = live.values_list("flow_uid", "state").annotate(Count("id")).order_by()
    return {(uid, state): count for uid, state, count in rows}
