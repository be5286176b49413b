"""The graph of a flow: nodes, edges and clusters."""

from __future__ import annotations

from typing import Any

from flows.spec.graph import flow_graph
from flows.spec.parse import parse_flow
from flows.spec.registry import Registry

SOURCE = """
id: f
namespace: n
tasks:
  - {id: a, type: core.log.Log, message: x}
  - id: if
    type: core.flow.If
    condition: "{{ true }}"
    then: [{id: yes, type: core.log.Log, message: x}]
    else: [{id: no, type: core.log.Log, message: x}]
    errors: [{id: oops, type: core.log.Log, message: x}]
  - id: par
    type: core.flow.Parallel
    tasks: [{id: p1, type: core.log.Log, message: x}, {id: p2, type: core.log.Log, message: x}]
  - id: dag
    type: core.flow.Dag
    tasks:
      - task: {id: d1, type: core.log.Log, message: x}
      - task: {id: d2, type: core.log.Log, message: x}
        dependsOn: [d1]
errors: [{id: err, type: core.log.Log, message: x}]
triggers: [{id: hook, type: core.trigger.Webhook, key: k}]
"""


def graph(registry: Registry) -> dict[str, Any]:
    flow = parse_flow(SOURCE, registry).flow
    assert flow is not None
    return flow_graph(flow)


def relations(found: dict[str, Any]) -> set[tuple[str, str, str | None, str | None]]:
    return {
        (
            edge["source"],
            edge["target"],
            (edge["relation"] or {}).get("relationType"),
            (edge["relation"] or {}).get("value"),
        )
        for edge in found["edges"]
    }


def test_every_task_is_a_node_with_its_own_properties(registry: Registry) -> None:
    nodes = {node["uid"]: node for node in graph(registry)["nodes"]}

    assert nodes["root.a"]["task"] == {
        "id": "a",
        "type": "io.kestra.plugin.core.log.Log",
        "message": "x",
    }
    assert set(nodes["root.if"]["task"]) == {"id", "type", "condition"}
    assert nodes["root.Triggers.hook"]["triggerDeclaration"]["key"] == "k"
    assert nodes["root.err"]["branchType"] == "ERROR"


def test_edges_say_why_one_follows_another(registry: Registry) -> None:
    found = relations(graph(registry))

    assert ("root.start", "root.a", "SEQUENTIAL", None) in found
    assert ("root.a", "root.if.start", "SEQUENTIAL", None) in found
    assert ("root.if", "root.if.yes", "CHOICE", "true") in found
    assert ("root.if", "root.if.no", "CHOICE", "false") in found
    assert ("root.if", "root.if.oops", "ERROR", None) in found
    assert ("root.if.yes", "root.if.end", None, None) in found
    assert ("root.par", "root.par.p1", "PARALLEL", None) in found
    assert ("root.par", "root.par.p2", "PARALLEL", None) in found
    assert ("root.dag.d1", "root.dag.d2", "PARALLEL", None) in found
    assert ("root.dag.d2", "root.dag.end", None, None) in found
    assert ("root.dag.d1", "root.dag.end", None, None) not in found
    assert ("root.Triggers.hook", "root.start", None, None) in found


def test_groups_are_clusters_inside_clusters(registry: Registry) -> None:
    found = graph(registry)
    clusters = {item["cluster"]["uid"]: item for item in found["clusters"]}

    assert set(clusters) == {
        "cluster_root",
        "cluster_root.Triggers",
        "cluster_root.if",
        "cluster_root.par",
        "cluster_root.dag",
    }
    assert clusters["cluster_root.if"]["parents"] == ["cluster_root"]
    assert clusters["cluster_root.par"]["start"] == "root.par.start"
    assert set(clusters["cluster_root.par"]["nodes"]) == {
        "root.par.start",
        "root.par.end",
        "root.par",
        "root.par.p1",
        "root.par.p2",
    }
    assert found["flowables"] == ["root.if", "root.par", "root.dag"]


def test_every_edge_ends_at_nodes_that_exist_and_uids_are_unique(registry: Registry) -> None:
    found = graph(registry)
    uids = [node["uid"] for node in found["nodes"]]

    assert len(uids) == len(set(uids))
    assert {edge[end] for edge in found["edges"] for end in ("source", "target")} <= set(uids)
