/// Topologies for the mock server.
import type { FlowGraph, GraphCluster, GraphEdge, GraphNode } from "../api/types.ts";
import type { MockFlow } from "./flows.ts";

const node = (id: string, type: string): GraphNode => ({
  uid: `root.${id}`,
  type: "io.kestra.core.models.hierarchies.GraphTask",
  task: { id, type },
});

const dot = (uid: string): GraphNode => ({ uid, type: "GraphClusterRoot" });

const edge = (
  source: string,
  target: string,
  relationType = "SEQUENTIAL",
  value?: string,
): GraphEdge => ({
  source,
  target,
  relation: { relationType, value },
});

function sales(): FlowGraph {
  const trigger = (id: string, type: string): GraphNode => ({
    uid: `trigger.${id}`,
    type: "GraphTrigger",
    triggerDeclaration: { id, type },
  });
  const nodes = [
    trigger("nightly", "core.trigger.Schedule"),
    trigger("on_upload", "core.trigger.Webhook"),
    dot("root.start"),
    node("fetch", "core.http.Download"),
    node("clean", "scripts.python.Script"),
    node("regions", "core.flow.ForEach"),
    dot("regions.start"),
    node("load", "jdbc.duckdb.Query"),
    dot("regions.end"),
    node("check", "core.flow.If"),
    node("publish", "core.http.Request"),
    node("hold", "core.log.Log"),
    dot("check.end"),
    node("tell", "notifications.slack.SlackIncomingWebhook"),
    dot("root.end"),
  ];
  const edges = [
    edge("trigger.nightly", "root.start"),
    edge("trigger.on_upload", "root.start"),
    edge("root.start", "root.fetch"),
    edge("root.fetch", "root.clean"),
    edge("root.clean", "root.regions"),
    edge("root.regions", "regions.start"),
    edge("regions.start", "root.load"),
    edge("root.load", "regions.end"),
    edge("regions.end", "root.check"),
    edge("root.check", "root.publish", "CHOICE", "then"),
    edge("root.check", "root.hold", "CHOICE", "else"),
    edge("root.publish", "check.end"),
    edge("root.hold", "check.end"),
    edge("check.end", "root.end"),
    edge("root.start", "root.tell", "ERROR"),
    edge("root.tell", "root.end", "ERROR"),
  ];
  const cluster = (id: string, nodes: string[]): GraphCluster => ({
    cluster: {
      uid: `cluster.${id}`,
      type: "GraphCluster",
      task: { id, type: "core.flow.Sequential" },
    },
    nodes,
    parents: [],
  });
  return {
    nodes,
    edges,
    clusters: [
      cluster("regions", ["root.regions", "regions.start", "root.load", "regions.end"]),
      cluster("check", ["root.check", "root.publish", "root.hold", "check.end"]),
    ],
  };
}

export function graphOf(source: string, flow?: MockFlow): FlowGraph {
  if ((flow?.source ?? source).startsWith("id: sales_daily")) return sales();
  const tasks = [...source.matchAll(/^ {2}- id: (\w+)\s*\n\s+type: ([\w.]+)/gm)];
  const nodes = tasks.map(([, id = "", type = ""]) => node(id, type));
  const edges = nodes.slice(1).map((one, n) => edge(nodes[n]?.uid ?? "", one.uid));
  return { nodes, edges, clusters: [] };
}
