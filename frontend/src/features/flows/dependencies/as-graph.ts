/// Flows that lead to one another, in the form in which topologies are drawn. Pure.
import type { FlowGraph } from "@/api/types";

export interface FlowLinks {
  nodes: { uid: string; namespace: string; id: string }[];
  edges: { source: string; target: string; relation?: string }[];
}

const WORDS: Record<string, string> = {
  FLOW_TASK: "calls",
  FLOW_TRIGGER: "starts",
};

/** A flow is drawn like a task: its id above, its namespace below. */
export function asGraph(links: FlowLinks): FlowGraph {
  return {
    nodes: links.nodes.map((node) => ({
      uid: node.uid,
      type: "flow",
      task: { id: node.id, type: node.namespace },
    })),
    edges: links.edges.map((edge) => ({
      source: edge.source,
      target: edge.target,
      relation: { value: WORDS[edge.relation ?? ""] ?? null },
    })),
    clusters: [],
  };
}
