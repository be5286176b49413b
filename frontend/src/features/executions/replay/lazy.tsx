/// The wizard of replays, loaded when somebody wants one.
import { lazy, Suspense } from "react";
import type { Execution } from "@/api/types";

const Dialog = lazy(() =>
  import("./replay-dialog").then((module) => ({ default: module.ReplayDialog })),
);

interface ReplayProps {
  tenant: string;
  execution: Execution;
  taskRunId?: string;
  onClose: () => void;
}

export function ReplayDialog(props: ReplayProps) {
  return (
    <Suspense>
      <Dialog {...props} />
    </Suspense>
  );
}
