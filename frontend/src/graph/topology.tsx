/// A topology one can pan, zoom and watch. Loaded when it is opened.
import "@xyflow/react/dist/base.css";
import { useElementSize } from "@mantine/hooks";
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
  type Viewport,
} from "@xyflow/react";
import { createContext, memo, useContext, useEffect, useMemo } from "react";
import { toneOf } from "@/lib/states";
import { shortType } from "@/lib/text";
import { StateIcon } from "@/ui/state";
import { Took } from "@/ui/when";
import { withoutJoints } from "./contract";
import {
  bestLayout,
  type Direction,
  extent,
  isLarge,
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

// Smaller than this nobody reads (names would be under 11 px): a larger picture is shown from its
// beginning instead.
const LEGIBLE = 0.85;
// Cut off on both sides it looks broken rather than large: across, the picture may shrink until its
// shape still tells what is what.
const RECOGNISABLE = 0.55;
const MARGIN = 28;

interface Space {
  width: number;
  height: number;
}

/** The whole picture in the middle when it can be read so; otherwise its beginning, at a size to read. */
function viewOf(placed: Layout, { width, height }: Space): Viewport {
  const { left, top, ...size } = extent(placed);
  const wide = (width - 2 * MARGIN) / size.width;
  const high = (height - 2 * MARGIN) / size.height;
  const across = placed.direction === "LR";
  const beside = Math.max(across ? high : wide, RECOGNISABLE);
  const zoom = Math.max(Math.min(wide, high, 1.1), Math.min(LEGIBLE, beside));
  const middle = (space: number, drawn: number) => (space - drawn * zoom) / 2;
  const start = (space: number, drawn: number) => Math.max(MARGIN, middle(space, drawn));
  const x = across ? start(width, size.width) : middle(width, size.width);
  const y = across ? middle(height, size.height) : start(height, size.height);
  return { x: x - left * zoom, y: y - top * zoom, zoom };
}

/** The view follows the picture when its parts or its space change, and otherwise leaves the reader's zoom alone. */
function useView(placed: Layout, space: Space): void {
  const flow = useReactFlow();
  const shape = placed.direction + placed.nodes.map((node) => node.id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a picture of the same shape moves nothing.
  useEffect(() => {
    if (space.width > 0) void flow.setViewport(viewOf(placed, space));
  }, [flow, shape, space.width, space.height]);
}

function Canvas({ graph, status, onOpen }: TopologyProps) {
  const { ref: measured, width, height } = useElementSize();
  const placed = useMemo(
    () => bestLayout(withoutJoints(graph), { width, height }),
    [graph, width, height],
  );
  const { nodes, edges } = useMemo(() => drawn(placed), [placed]);
  useView(placed, { width, height });
  const context = useMemo(() => ({ status, onOpen }), [status, onOpen]);
  return (
    <Status value={context}>
      <div ref={measured} className={classes.canvas}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          onlyRenderVisibleElements={isLarge(graph)}
          nodesDraggable={false}
          nodesConnectable={false}
          elementsSelectable={false}
          minZoom={0.15}
          maxZoom={1.6}
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
