/// Leaves out the points that only structure a graph: a reader wants tasks, not the joints between them.
import type { TopologyEdge, TopologyGraph, TopologyNode } from "./model";

function isJoint(node: TopologyNode): boolean {
  return !node.task && !node.trigger && !node.triggerDeclaration;
}

type Relation = TopologyEdge["relation"];

/** Of two lines drawn as one, the one that says more: a branch's value, or that it is for errors. */
function joined(before: Relation, after: Relation): Relation {
  const telling = (relation: Relation) =>
    relation?.value || (relation?.relationType && relation.relationType !== "SEQUENTIAL");
  return telling(before) ? before : after;
}

/**
 * Joints with one way in or one way out become part of the line; a joint that ends in nothing goes.
 * Where many meet and many leave, the joint stays: n × m lines would say less than it does.
 */
export function withoutJoints(graph: TopologyGraph): TopologyGraph {
  let edges: readonly TopologyEdge[] = graph.edges;
  const kept: TopologyNode[] = [];
  for (const node of graph.nodes) {
    const into = edges.filter((edge) => edge.target === node.uid);
    const out = edges.filter((edge) => edge.source === node.uid);
    if (!isJoint(node) || (into.length > 1 && out.length > 1)) {
      kept.push(node);
      continue;
    }
    const through = into.flatMap((before) =>
      out.map((after) => ({
        source: before.source,
        target: after.target,
        relation: joined(before.relation, after.relation),
      })),
    );
    const others = edges.filter((edge) => edge.source !== node.uid && edge.target !== node.uid);
    edges = [...others, ...through];
  }
  const ids = new Set(kept.map((node) => node.uid));
  const clusters = (graph.clusters ?? []).map((cluster) => ({
    ...cluster,
    nodes: cluster.nodes.filter((uid) => ids.has(uid)),
  }));
  return { nodes: kept, edges, clusters };
}
