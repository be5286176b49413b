/// The comparison with a colleague's revision, loaded when there is one.
import { lazy, Suspense } from "react";
import type { ConflictDialogProps } from "./conflict-dialog";

const Dialog = lazy(() =>
  import("./conflict-dialog").then((module) => ({ default: module.ConflictDialog })),
);

export function ConflictDialog(props: ConflictDialogProps) {
  return (
    <Suspense>
      <Dialog {...props} />
    </Suspense>
  );
}
