"""Finds assets, who uses them and what flows into what; seen by who sees a namespace that uses them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from downbeat.common.errors import NotFound
from executions.models import Asset, AssetUse, LineageEdge
from tenants.access import visible
from tenants.actors import Actor

VIEW: Final = "execution.view"
MOST_NODES: Final = 1_000
"""Assets of one graph; what lies beyond is left out, and the answer says so."""


class AssetMissing(NotFound):
    """There is no such asset, or no namespace that you may see uses it."""

    code = "asset.missing"


@dataclass(frozen=True, slots=True)
class FlowRef:
    """A flow that reads or writes assets."""

    namespace: str
    flow_id: str

    @property
    def uid(self) -> str:
        """Names it in a graph."""
        return f"flow:{self.namespace}.{self.flow_id}"


@dataclass(slots=True)
class Graph:
    """What flows into what, through which flows."""

    assets: dict[UUID, Asset] = field(default_factory=dict)
    reads: set[tuple[UUID, FlowRef]] = field(default_factory=set)
    writes: set[tuple[FlowRef, UUID]] = field(default_factory=set)
    truncated: bool = False


def uses(actor: Actor) -> QuerySet[AssetUse]:
    """The uses in namespaces that one may see."""
    return visible(actor, VIEW, AssetUse.objects.all(), field="namespace_id")


def edges(actor: Actor) -> QuerySet[LineageEdge]:
    """The edges of flows in namespaces that one may see."""
    return visible(actor, VIEW, LineageEdge.objects.all(), field="namespace_id")


def seen_by(actor: Actor) -> QuerySet[Asset]:
    """The assets that some visible namespace uses."""
    return Asset.objects.filter(id__in=uses(actor).values("asset_id"))


def find(actor: Actor, uri: str) -> Asset:
    """One asset by its name; ``AssetMissing`` if it is not there or may not be seen."""
    row = seen_by(actor).filter(uri=uri).first()
    if row is None:
        raise AssetMissing
    return row


def named(ids: Iterable[UUID]) -> dict[UUID, Asset]:
    """Assets by id."""
    return {row.id: row for row in Asset.objects.filter(id__in=set(ids))}


def graph(actor: Actor, start: Asset, *, downstream_only: bool, far: bool) -> Graph:
    """What flows out of an asset and, unless told otherwise, into it; ``far``: on and on."""
    found = Graph(assets={start.id: start})
    _walk(actor, found, start.id, forward=True, far=far)
    if not downstream_only:
        _walk(actor, found, start.id, forward=False, far=far)
    used = uses(actor).filter(asset_id=start.id)
    for use in used:
        flow = FlowRef(use.namespace, use.flow_id)
        if use.direction == "input":
            found.reads.add((start.id, flow))
        elif not downstream_only:
            found.writes.add((flow, start.id))
    found.assets |= named(_ends(found) - found.assets.keys())
    return found


def _walk(actor: Actor, found: Graph, start: UUID, *, forward: bool, far: bool) -> None:
    known, layer = {start}, {start}
    while layer:
        steps = _steps(actor, layer, forward=forward)
        layer = set()
        for edge in steps:
            flow = FlowRef(edge.namespace, edge.flow_id)
            other = edge.target_id if forward else edge.source_id
            if other not in known:
                if len(known) >= MOST_NODES:
                    found.truncated = True
                    continue
                known.add(other)
                layer.add(other)
            found.reads.add((edge.source_id, flow))
            found.writes.add((flow, edge.target_id))
        if not far:
            return


def _steps(actor: Actor, layer: Collection[UUID], *, forward: bool) -> Sequence[LineageEdge]:
    chosen = Q(source_id__in=layer) if forward else Q(target_id__in=layer)
    order = ("source_id", "target_id", "namespace", "flow_id")
    return list(edges(actor).filter(chosen).order_by(*order)[: MOST_NODES * 10])


def _ends(found: Graph) -> set[UUID]:
    return {asset for asset, _ in found.reads} | {asset for _, asset in found.writes}
