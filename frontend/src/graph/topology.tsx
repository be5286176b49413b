/// A topology one can pan, zoom and watch. Loaded when it is opened.
import "@xyflow/react/dist/base.css";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import {
  IconBolt,
  IconBox,
  IconBrandPython,
  IconClockPause,
  IconDatabase,
  IconFileText,
  IconGitBranch,
  IconRepeat,
  IconTerminal2,
  IconWorld,
} from "@tabler/icons-react";
import {
  Background,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from "@xyflow/react";
import { createContext, memo, useContext, useEffect, useMemo, useRef } from "react";
import { toneOf } from "@/lib/states";
import { shortType } from "@/lib/text";
import { StateIcon } from "@/ui/state";
import { Took } from "@/ui/when";
import { withoutJoints } from "./contract";
import {
  bestLayout,
  type Direction,
  type Layout,
  type PlacedCluster,
  type PlacedEdge,
  type PlacedNode,
} from "./layout";
import type { NodeStatus, TopologyGraph } from "./model";
import classes from "./topology.module.css";

export interface TopologyProps {
  graph: TopologyGraph;
  /** The state of each task by its id, while an execution runs. */
  status?: ReadonlyMap<string, NodeStatus>;
  onOpen?: (taskId: string) => void;
}

const Status = createContext<Pick<TopologyProps, "status" | "onOpen">>({});

type CardNode = Node<{ node: PlacedNode; direction: Direction }, "card">;
type FrameNode = Node<{ cluster: PlacedCluster }, "frame">;

const ICONS: readonly (readonly [RegExp, typeof IconBox])[] = [
  [/python/i, IconBrandPython],
  [/shell|bash|commands/i, IconTerminal2],
  [/sql|jdbc|duckdb|postgres/i, IconDatabase],
  [/http|webhook|slack/i, IconWorld],
  [/foreach|each|loop/i, IconRepeat],
  [/\.(If|Switch|Parallel|Dag|Sequential|AllowFailure)$/, IconGitBranch],
  [/pause|sleep/i, IconClockPause],
  [/log|return/i, IconFileText],
];

function TypeIcon({ node }: { node: PlacedNode }) {
  const found = ICONS.find(([pattern]) => pattern.test(node.type));
  const Icon = node.kind === "trigger" ? IconBolt : (found?.[1] ?? IconBox);
  return <Icon size={16} aria-hidden />;
}

const Card = memo(({ data: { node, direction } }: NodeProps<CardNode>) => {
  const { status, onOpen } = useContext(Status);
  const now = node.kind === "task" ? status?.get(node.title) : undefined;
  const [entry, exit] =
    direction === "LR" ? [Position.Left, Position.Right] : [Position.Top, Position.Bottom];
  return (
    <>
      <Handle type="target" position={entry} className={classes.handle} isConnectable={false} />
      {node.kind === "dot" ? (
        <span className={classes.dot} />
      ) : (
        <button
          type="button"
          className={classes.card}
          data-kind={node.kind}
          data-tone={now ? toneOf(now.state) : undefined}
          data-idle={(status && !now && node.kind === "task") || undefined}
          onClick={() => onOpen?.(node.title)}
        >
          <span className={classes.icon}>
            <TypeIcon node={node} />
          </span>
          <span className={classes.words}>
            <strong>{node.title}</strong>
            <span>{shortType(node.type)}</span>
          </span>
          {now && (
            <span className={classes.status}>
              <StateIcon state={now.state} size={16} />
              <span>
                {now.runs > 1 ? `×${now.runs}` : <Took from={now.startDate} to={now.endDate} />}
              </span>
            </span>
          )}
        </button>
      )}
      <Handle type="source" position={exit} className={classes.handle} isConnectable={false} />
    </>
  );
});

const Frame = memo(({ data: { cluster } }: NodeProps<FrameNode>) => (
  <div className={classes.frame}>
    <span>{cluster.title}</span>
  </div>
));

const NODE_TYPES = { card: Card, frame: Frame };

function drawnEdge(edge: PlacedEdge): Edge {
  const colour = edge.kind === "error" ? "var(--tone-danger-fill)" : "var(--edge)";
  return {
    id: edge.id,
    source: edge.source,
    target: edge.target,
    type: "smoothstep",
    label: edge.label || undefined,
    className: classes.edge,
    labelBgPadding: [5, 3],
    labelBgBorderRadius: 4,
    style: { stroke: colour, strokeDasharray: edge.kind === "plain" ? undefined : "5 4" },
    markerEnd: { type: MarkerType.ArrowClosed, color: colour, width: 14, height: 14 },
  };
}

function drawn(placed: Layout): { nodes: Node[]; edges: Edge[] } {
  const size = ({ width, height }: { width: number; height: number }) => ({ width, height });
  const frames: FrameNode[] = placed.clusters.map((cluster) => ({
    id: `frame:${cluster.id}`,
    type: "frame",
    position: { x: cluster.x, y: cluster.y },
    ...size(cluster),
    zIndex: -10 + cluster.depth,
    selectable: false,
    focusable: false,
    data: { cluster },
  }));
  const cards: CardNode[] = placed.nodes.map((node) => ({
    id: node.id,
    type: "card",
    position: { x: node.x, y: node.y },
    ...size(node),
    focusable: false,
    data: { node, direction: placed.direction },
  }));
  return { nodes: [...frames, ...cards], edges: placed.edges.map(drawnEdge) };
}

const FIT = { padding: 0.12, maxZoom: 1.1, minZoom: 0.3 } as const;

/** The view fits itself to the picture when its parts change, and leaves the reader's zoom alone otherwise. */
function useFit(shape: string) {
  const flow = useReactFlow();
  const frame = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new shape is the reason to fit again.
  useEffect(() => {
    const fit = () => void flow.fitView(FIT);
    const first = requestAnimationFrame(fit);
    const observer = new ResizeObserver(fit);
    if (frame.current) observer.observe(frame.current);
    return () => {
      cancelAnimationFrame(first);
      observer.disconnect();
    };
  }, [flow, shape]);
  return frame;
}

function Canvas({ graph, status, onOpen }: TopologyProps) {
  const { ref: measured, width, height } = useElementSize();
  const placed = useMemo(
    () => bestLayout(withoutJoints(graph), { width, height }),
    [graph, width, height],
  );
  const { nodes, edges } = useMemo(() => drawn(placed), [placed]);
  const frame = useFit(placed.direction + nodes.map((node) => node.id).join());
  const host = useMergedRef(frame, measured);
  const context = useMemo(() => ({ status, onOpen }), [status, onOpen]);
  return (
    <Status value={context}>
      <div ref={host} className={classes.canvas}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          nodesDraggable={false}
          nodesConnectable={false}
          elementsSelectable={false}
          minZoom={0.15}
          maxZoom={1.6}
          fitView
          fitViewOptions={FIT}
          proOptions={{ hideAttribution: true }}
        >
          <Background gap={18} size={1.2} color="var(--line)" />
          <Controls showInteractive={false} position="bottom-right" />
        </ReactFlow>
      </div>
    </Status>
  );
}

export function TopologyCanvas(props: TopologyProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}
