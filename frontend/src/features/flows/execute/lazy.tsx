/// The door to the dialog: its many fields are loaded when somebody first wants to start a flow.
import { lazy, Suspense } from "react";
import type { ExecuteDialogProps } from "./execute-dialog";

const Dialog = lazy(() => import("./execute-dialog").then((m) => ({ default: m.ExecuteDialog })));

export function ExecuteDialog(props: ExecuteDialogProps) {
  return (
    <Suspense>
      <Dialog {...props} />
    </Suspense>
  );
}
