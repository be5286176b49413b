/// Where everything stands in a topology: a pure function from the graph to boxes and lines.
import dagre from "@dagrejs/dagre";
import type { TopologyCluster, TopologyEdge, TopologyGraph, TopologyNode } from "./model";

export const CARD = { width: 190, height: 46 } as const;
const DOT = { width: 10, height: 10 } as const;
const PADDING = 18;
const TITLE = 22;

export type Direction = "TB" | "LR";

export interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface PlacedNode extends Box {
  kind: "task" | "trigger" | "dot";
  title: string;
  type: string;
}

export interface PlacedCluster extends Box {
  title: string;
  /** 0 is the outermost. */
  depth: number;
}

export interface PlacedEdge {
  id: string;
  source: string;
  target: string;
  kind: "plain" | "error" | "finally";
  label: string;
}

export interface Layout {
  direction: Direction;
  nodes: PlacedNode[];
  clusters: PlacedCluster[];
  edges: PlacedEdge[];
}

interface Named {
  kind: PlacedNode["kind"];
  title: string;
  type: string;
}

function named(node: TopologyNode): Named {
  const trigger = node.triggerDeclaration ?? node.trigger;
  if (trigger) return { kind: "trigger", title: trigger.id, type: trigger.type };
  if (node.task) return { kind: "task", title: node.task.id, type: node.task.type };
  return { kind: "dot", title: "", type: node.type };
}

/** Only groups that somebody wrote are framed; the flow itself and its triggers need no frame. */
function titleOf(cluster: TopologyCluster): string | undefined {
  return (cluster.cluster.taskNode?.task ?? cluster.cluster.task)?.id;
}

function edgeKind(edge: TopologyEdge): PlacedEdge["kind"] {
  const relation = edge.relation?.relationType;
  if (relation === "ERROR") return "error";
  return relation === "FINALLY" || relation === "AFTER_EXECUTION" ? "finally" : "plain";
}

/** The innermost cluster of each node: the one with the fewest members. */
function owners(clusters: readonly TopologyCluster[]): Map<string, string> {
  const owner = new Map<string, string>();
  for (const cluster of clusters.toSorted((a, b) => b.nodes.length - a.nodes.length)) {
    for (const uid of cluster.nodes) owner.set(uid, cluster.cluster.uid);
  }
  return owner;
}

function containerOf(
  cluster: TopologyCluster,
  clusters: readonly TopologyCluster[],
): string | undefined {
  const stated = cluster.parents?.findLast((uid) =>
    clusters.some((other) => other.cluster.uid === uid),
  );
  if (stated) return stated;
  const around = clusters.filter(
    (other) =>
      other !== cluster &&
      other.nodes.length > cluster.nodes.length &&
      cluster.nodes.every((uid) => other.nodes.includes(uid)),
  );
  return around.toSorted((a, b) => a.nodes.length - b.nodes.length)[0]?.cluster.uid;
}

function knownParts(graph: TopologyGraph) {
  const ids = new Set(graph.nodes.map((node) => node.uid));
  const clusters = (graph.clusters ?? []).filter(
    (one) => titleOf(one) !== undefined && one.nodes.some((uid) => ids.has(uid)),
  );
  const edges = graph.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target));
  return { clusters, edges };
}

/** The direction in which the whole picture can be drawn larger in a space of this size. */
export function bestLayout(graph: TopologyGraph, space: { width: number; height: number }): Layout {
  const down = layout(graph, "TB");
  // A large picture is read from its beginning either way; a second layout would only take its time.
  if (space.width === 0 || space.height === 0 || isLarge(graph)) return down;
  const across = layout(graph, "LR");
  const scale = (one: Layout) => {
    const { width, height } = extent(one);
    return Math.min(space.width / width, space.height / height);
  };
  return scale(across) > scale(down) ? across : down;
}

/** Of so many nodes only those are drawn that are seen, and where they stand is worked out with less care. */
export function isLarge(graph: TopologyGraph): boolean {
  return graph.nodes.length > 250;
}

/** The corner and the size of everything that is drawn. */
export function extent({ nodes, clusters }: Layout) {
  const boxes = [...nodes, ...clusters];
  const left = Math.min(...boxes.map((one) => one.x));
  const top = Math.min(...boxes.map((one) => one.y));
  const right = Math.max(...boxes.map((one) => one.x + one.width));
  const bottom = Math.max(...boxes.map((one) => one.y + one.height));
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

export function layout(graph: TopologyGraph, direction: Direction): Layout {
  const { clusters, edges } = knownParts(graph);
  const space = new dagre.graphlib.Graph({ compound: true, multigraph: true });
  space.setGraph({
    rankdir: direction,
    nodesep: 26,
    ranksep: rankSeparation(clusters.length > 0 ? 1 + deepest(clusters) : 0),
    marginx: 8,
    marginy: 8,
    ...(isLarge(graph) ? { ranker: "longest-path" } : {}),
  });
  space.setDefaultEdgeLabel(() => ({}));
  const names = new Map(graph.nodes.map((node) => [node.uid, named(node)]));
  for (const [uid, { kind }] of names) space.setNode(uid, { ...(kind === "dot" ? DOT : CARD) });
  for (const { cluster } of clusters) space.setNode(cluster.uid, {});
  const owner = owners(clusters);
  for (const uid of names.keys()) {
    const cluster = owner.get(uid);
    if (cluster) space.setParent(uid, cluster);
  }
  const parents = new Map(clusters.map((one) => [one.cluster.uid, containerOf(one, clusters)]));
  for (const [uid, parent] of parents) if (parent) space.setParent(uid, parent);
  edges.forEach((edge, n) => {
    space.setEdge(edge.source, edge.target, {}, String(n));
  });
  dagre.layout(space);
  const nodes = [...names].map(([uid, name]) => ({ ...box(uid, space.node(uid)), ...name }));
  return {
    direction,
    nodes,
    clusters: frames(clusters, parents, nodes),
    edges: edges.map((edge, n) => ({
      id: `${edge.source}→${edge.target}#${n}`,
      source: edge.source,
      target: edge.target,
      kind: edgeKind(edge),
      label: edge.relation?.value ?? "",
    })),
  };
}

// Room between two rows: for a line and its label, and with groups for a frame and its title as well.
const GAP = 40;
const FRAMED_GAP = 62;

/** The library puts extra rows between rows, more with every level of groups, each this far apart. */
function rankSeparation(levels: number): number {
  return levels === 0 ? GAP : FRAMED_GAP / (2 * levels - 1);
}

function deepest(clusters: readonly TopologyCluster[]): number {
  const depth = (cluster: TopologyCluster): number => {
    const around = containerOf(cluster, clusters);
    const outer = clusters.find((one) => one.cluster.uid === around);
    return outer ? 1 + depth(outer) : 0;
  };
  return Math.max(...clusters.map(depth));
}

function box(id: string, at: { x: number; y: number; width: number; height: number }): Box {
  const { width, height } = at;
  return { id, x: at.x - width / 2, y: at.y - height / 2, width, height };
}

/** Frames are measured around their members, innermost first, so that nested frames never touch. */
function frames(
  clusters: readonly TopologyCluster[],
  parents: ReadonlyMap<string, string | undefined>,
  nodes: readonly PlacedNode[],
): PlacedCluster[] {
  const depthOf = (uid: string): number => {
    const parent = parents.get(uid);
    return parent ? 1 + depthOf(parent) : 0;
  };
  const placed = new Map<string, PlacedCluster>();
  const deepFirst = clusters.toSorted((a, b) => depthOf(b.cluster.uid) - depthOf(a.cluster.uid));
  for (const cluster of deepFirst) {
    const { uid } = cluster.cluster;
    const inside: Box[] = [
      ...nodes.filter((node) => cluster.nodes.includes(node.id)),
      ...[...placed.values()].filter((other) => parents.get(other.id) === uid),
    ];
    const title = titleOf(cluster) ?? "";
    placed.set(uid, { ...around(uid, inside), title, depth: depthOf(uid) });
  }
  return [...placed.values()].toSorted((a, b) => a.depth - b.depth);
}

function around(id: string, boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map((one) => one.x)) - PADDING;
  const top = Math.min(...boxes.map((one) => one.y)) - PADDING - TITLE;
  const right = Math.max(...boxes.map((one) => one.x + one.width)) + PADDING;
  const bottom = Math.max(...boxes.map((one) => one.y + one.height)) + PADDING;
  return { id, x: left, y: top, width: right - left, height: bottom - top };
}
