/// The door to the topology: the library behind it is loaded when a picture is first opened.
import { lazy, Suspense } from "react";
import type { TopologyProps } from "./topology";

const Lazy = lazy(() => import("./topology").then((m) => ({ default: m.TopologyCanvas })));

export type { NodeStatus, TopologyGraph } from "./model";

export function Topology(props: TopologyProps) {
  return (
    <Suspense>
      <Lazy {...props} />
    </Suspense>
  );
}
