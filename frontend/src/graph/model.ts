/// The shape of a topology, as much as drawing needs.

export interface TopologyNode {
  uid: string;
  type: string;
  task?: { id: string; type: string } | null;
  trigger?: { id: string; type: string } | null;
  triggerDeclaration?: { id: string; type: string } | null;
  /** The task of a group, on the group's cluster. */
  taskNode?: { task?: { id: string; type: string } | null } | null;
}

export interface TopologyEdge {
  source: string;
  target: string;
  relation?: { relationType?: string; value?: string | null } | null;
}

export interface TopologyCluster {
  cluster: TopologyNode;
  nodes: readonly string[];
  parents?: readonly string[];
}

export interface TopologyGraph {
  nodes: readonly TopologyNode[];
  edges: readonly TopologyEdge[];
  clusters?: readonly TopologyCluster[] | null;
}

/** The state of a task in a live picture. */
export interface NodeStatus {
  state: string;
  runs: number;
  startDate?: string | null;
  endDate?: string | null;
}
