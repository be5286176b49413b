"""The concurrency limits that flows have now, whatever revision an execution is pinned to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from flows.contracts import LimitedFlow
from flows.models import Flow
from flows.spec.flow import Concurrency
from tenants.access import visible
from tenants.actors import Actor

KEY = "document__concurrency"
MOST = 10_000


def limit_of(uid: UUID) -> Concurrency | None:
    """The limit of a flow's current revision; one query, nothing is parsed."""
    return _limit(Flow.objects.filter(id=uid).values_list(KEY, flat=True).first())


def limited_flow(actor: Actor, namespace: str, flow_id: str) -> LimitedFlow | None:
    """A flow that the actor may see, with its limit."""
    rows = _seen(actor).filter(namespace=namespace, flow_id=flow_id)
    return next(iter(_found(rows)), None)


def limited_flows(actor: Actor) -> Sequence[LimitedFlow]:
    """The flows that have a limit, of those that the actor may see, by name."""
    rows = _seen(actor).filter(document__has_key="concurrency")
    return _found(rows.order_by("namespace", "flow_id")[:MOST])


def _seen(actor: Actor) -> Any:
    rows = Flow.objects.filter(deleted=False)
    return visible(actor, "flow.view", rows, field="namespace_id")


def _found(rows: Any) -> list[LimitedFlow]:
    columns = rows.values_list("id", "namespace_id", "namespace", "flow_id", KEY)
    return [
        LimitedFlow(uid, namespace_id, namespace, flow_id, _limit(raw))
        for uid, namespace_id, namespace, flow_id, raw in columns
    ]


def _limit(raw: Any) -> Concurrency | None:
    if not raw:
        return None
    try:
        return Concurrency.model_validate(raw)
    except ValidationError:
        return None
