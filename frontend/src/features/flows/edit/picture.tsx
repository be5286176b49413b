/// The topology beside a source: it follows what is written, not each key.
import { Button } from "@mantine/core";
import { IconSitemap } from "@tabler/icons-react";
import { memo, useState } from "react";
import type { FlowGraph } from "@/api/types";
import { Topology } from "@/graph";
import { Empty } from "@/ui/empty";
import classes from "./workbench.module.css";

interface PictureProps {
  graph: FlowGraph | undefined;
  /** It shows the source as it was before it had errors. */
  stale: boolean;
  onOpen: (task: string) => void;
}

// Where more stand than this, working out their places would hold up whoever types.
const DRAWN_UNASKED = 250;

export const Picture = memo(({ graph, stale, onOpen }: PictureProps) => {
  const [asked, setAsked] = useState(false);
  if (!graph) {
    return (
      <Empty icon={<IconSitemap size={22} />} title="The topology appears here">
        It is drawn as soon as the source has no problems, and follows what you type.
      </Empty>
    );
  }
  if (graph.nodes.length > DRAWN_UNASKED && !asked) {
    return (
      <Empty
        icon={<IconSitemap size={22} />}
        title="A large topology"
        action={
          <Button variant="default" onClick={() => setAsked(true)}>
            Draw it
          </Button>
        }
      >
        This flow has {graph.nodes.length.toLocaleString("en")} steps: drawing them takes a moment
        at each change.
      </Empty>
    );
  }
  return (
    <>
      {stale && <p className={classes.stale}>As it was before the problems</p>}
      <Topology graph={graph} onOpen={onOpen} />
    </>
  );
});
