"""How flows hang together: who calls whom, and who is started by whom.

Reads the documents of the flows that call or listen, and no others; only flows that the actor may
see are shown, and what leads to others is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from flows.models import Flow
from flows.selectors.catalogue import registry
from flows.spec.links import CALLERS, LISTENER, Ends, Relation, links_of
from flows.spec.registry import short_name
from flows.spec.schema import names_of

Node = tuple[str, str]
"""Namespace and id of a flow."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One flow leads to another."""

    source: Node
    target: Node
    relation: Relation


@dataclass(frozen=True, slots=True)
class Topology:
    """Flows with what joins them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def as_json(self) -> dict[str, Any]:
        """The graph in the shape that existing clients read."""
        return {
            "nodes": [
                {"uid": _uid(node), "namespace": node[0], "id": node[1]} for node in self.nodes
            ],
            "edges": [
                {
                    "source": _uid(edge.source),
                    "target": _uid(edge.target),
                    "relation": edge.relation,
                }
                for edge in self.edges
            ],
        }


def _uid(node: Node) -> str:
    return f"{node[0]}/{node[1]}"


def around(
    rows: QuerySet[Flow], start: Node, *, destination_only: bool = False, expand_all: bool = False
) -> Topology:
    """A flow's neighbours; with ``expand_all`` theirs too, as far as links lead."""
    edges = _edges(rows)
    reached, pending, found = {start}, [start], set[Edge]()
    while pending:
        node = pending.pop()
        for edge in edges:
            forward, back = edge.source == node, edge.target == node and not destination_only
            if not (forward or back):
                continue
            found.add(edge)
            neighbour = edge.target if forward else edge.source
            if neighbour not in reached:
                reached.add(neighbour)
                pending += [neighbour] if expand_all else []
    return _topology(reached, found)


def inside(rows: QuerySet[Flow], namespace: str, *, destination_only: bool = False) -> Topology:
    """The flows of a namespace and below it, with all that they lead to or are led to by."""
    here = rows.filter(Q(namespace=namespace) | Q(namespace__startswith=f"{namespace}."))
    own = set(here.values_list("namespace", "flow_id"))
    found = {
        edge
        for edge in _edges(rows)
        if edge.source in own or (edge.target in own and not destination_only)
    }
    ends = {node for edge in found for node in (edge.source, edge.target)}
    return _topology(own | ends, found)


def _topology(nodes: Iterable[Node], edges: Iterable[Edge]) -> Topology:
    order = sorted(edges, key=lambda edge: (edge.source, edge.target, edge.relation))
    return Topology(tuple(sorted(nodes)), tuple(order))


def _edges(rows: QuerySet[Flow]) -> list[Edge]:
    names = _link_names()
    linking = rows.filter(
        Q(task_types__overlap=list(names)) | Q(trigger_types__overlap=list(names))
    )
    by_namespace: dict[str, set[str]] = {}
    for namespace, flow_id in rows.values_list("namespace", "flow_id"):
        by_namespace.setdefault(namespace, set()).add(flow_id)
    found: list[Edge] = []
    documents = linking.values_list("namespace", "flow_id", "document")
    for namespace, flow_id, document in documents.iterator(200):
        node, links = (namespace, flow_id), links_of(document, names)
        called = _covered(links.calls, by_namespace)
        heard = _covered(links.hears, by_namespace) - {node}
        found += [Edge(node, target, Relation.TASK) for target in called]
        found += [Edge(source, node, Relation.TRIGGER) for source in heard]
    return found


def _covered(ends: Iterable[Ends], known: Mapping[str, set[str]]) -> set[Node]:
    found: set[Node] = set()
    for end in ends:
        places = [end.namespace] if not end.below else list(known)
        for namespace in places:
            ids = known.get(namespace, set())
            wanted = ids & {end.flow_id} if end.flow_id is not None else ids
            found |= {(namespace, one) for one in wanted if end.covers(namespace, one)}
    return found


@lru_cache(maxsize=1)
def _link_names() -> Mapping[str, str]:
    """Every way to write the types that link flows, with the name in use."""
    return {
        spelling: found.type_name
        for found in registry()
        if found.type_name in CALLERS or found.type_name == LISTENER or _is_condition(found)
        for name in names_of(found)
        for spelling in (name, short_name(name))
    }


def _is_condition(found: Any) -> bool:
    return bool(found.type_name.startswith("core.condition."))
