/// The questions of a pause, loaded when somebody answers them: their fields are most of a page's weight.
import { lazy, Suspense } from "react";
import type { ResumeDialogProps } from "./resume-dialog";

const Dialog = lazy(() =>
  import("./resume-dialog").then((module) => ({ default: module.ResumeDialog })),
);

export function ResumeDialog(props: ResumeDialogProps) {
  return (
    <Suspense>
      <Dialog {...props} />
    </Suspense>
  );
}
