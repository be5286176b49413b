import { describe, expect, test } from "vitest";
import { withoutJoints } from "./contract";
import { type Box, bestLayout, layout } from "./layout";
import type { TopologyGraph } from "./model";

const task = (uid: string) => ({ uid, type: "GraphTask", task: { id: uid, type: "core.log.Log" } });
const joint = (uid: string) => ({ uid, type: "GraphClusterRoot" });
const edge = (source: string, target: string, relationType?: string, value?: string) => ({
  source,
  target,
  relation: relationType ? { relationType, value } : null,
});
const group = (id: string, nodes: string[], parents: string[] = []) => ({
  cluster: { uid: `cluster_${id}`, type: "GraphCluster", taskNode: { task: { id, type: "If" } } },
  nodes,
  parents,
});

const graph: TopologyGraph = {
  nodes: [joint("start"), ...["a", "b", "c", "d"].map(task), joint("end")],
  edges: [
    edge("start", "a"),
    edge("a", "b", "CHOICE", "then"),
    edge("a", "c", "CHOICE", "else"),
    edge("b", "end"),
    edge("c", "end"),
    edge("end", "d"),
  ],
  clusters: [
    group("outer", ["a"], ["cluster_root"]),
    group("inner", ["b", "c"], ["cluster_outer"]),
  ],
};

const inside = (inner: Box, outer: Box) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
const apart = (a: Box, b: Box) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

describe("leaving out joints", () => {
  test("tasks and what they follow remain", () => {
    const drawn = withoutJoints(graph);
    expect(drawn.nodes.map((node) => node.uid)).toEqual(["a", "b", "c", "d"]);
    expect(drawn.edges.map((one) => `${one.source}${one.target}`).sort()).toEqual([
      "ab",
      "ac",
      "bd",
      "cd",
    ]);
  });

  test("a branch keeps its name when it leads through a joint", () => {
    const drawn = withoutJoints({
      nodes: [task("a"), joint("j"), task("b")],
      edges: [edge("a", "j", "CHOICE", "then"), edge("j", "b", "SEQUENTIAL")],
    });
    expect(drawn.edges[0]?.relation?.value).toBe("then");
  });

  test("where many meet and many leave, the joint stays", () => {
    const drawn = withoutJoints({
      nodes: [task("a"), task("b"), joint("j"), task("c"), task("d")],
      edges: [edge("a", "j"), edge("b", "j"), edge("j", "c"), edge("j", "d")],
    });
    expect(drawn.edges).toHaveLength(4);
    expect(drawn.nodes).toHaveLength(5);
  });
});

describe("the layout of a topology", () => {
  test("no task covers another", () => {
    const { nodes } = layout(withoutJoints(graph), "TB");
    for (const one of nodes) {
      for (const other of nodes) if (one !== other) expect(apart(one, other)).toBe(true);
    }
  });

  test("what follows stands lower, or further right", () => {
    const y = new Map(layout(graph, "TB").nodes.map((node) => [node.id, node.y]));
    const x = new Map(layout(graph, "LR").nodes.map((node) => [node.id, node.x]));
    expect(y.get("a")).toBeLessThan(y.get("d") ?? 0);
    expect(x.get("a")).toBeLessThan(x.get("d") ?? 0);
  });

  test("a group's frame holds its tasks and the frames inside it", () => {
    const { nodes, clusters } = layout(withoutJoints(graph), "TB");
    const frame = (title: string) => clusters.find((one) => one.title === title) as Box;
    for (const node of nodes.filter((one) => "bc".includes(one.id))) {
      expect(inside(node, frame("inner"))).toBe(true);
    }
    expect(inside(frame("inner"), frame("outer"))).toBe(true);
  });

  test("the flow itself is not framed", () => {
    const root = { cluster: { uid: "cluster_root", type: "GraphCluster" }, nodes: ["a"] };
    expect(layout({ ...graph, clusters: [root] }, "TB").clusters).toEqual([]);
  });

  test("lines that lead nowhere are left out", () => {
    const broken = { nodes: [task("a")], edges: [edge("a", "gone")] };
    expect(layout(broken, "TB").edges).toEqual([]);
  });

  test("a wide space reads across, a tall one down", () => {
    const chain: TopologyGraph = {
      nodes: ["a", "b", "c"].map(task),
      edges: [edge("a", "b"), edge("b", "c")],
    };
    expect(bestLayout(chain, { width: 1200, height: 300 }).direction).toBe("LR");
    expect(bestLayout(chain, { width: 300, height: 900 }).direction).toBe("TB");
  });
});
