/// A shape for every state, so that colour is never the only sign.
import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconCircleDot,
  IconCircleMinus,
  IconCircleXFilled,
  IconLoader2,
  IconPlayerPauseFilled,
  IconPlayerSkipForwardFilled,
  IconPlayerStopFilled,
  IconRefresh,
  IconRotateClockwise,
} from "@tabler/icons-react";
import { toneOf } from "@/lib/states";
import classes from "./state.module.css";

const SHAPES: Record<string, typeof IconLoader2> = {
  CREATED: IconCircleDot,
  QUEUED: IconCircleDashed,
  RUNNING: IconLoader2,
  PAUSED: IconPlayerPauseFilled,
  RETRYING: IconRefresh,
  RESTARTED: IconRotateClockwise,
  KILLING: IconPlayerStopFilled,
  SUCCESS: IconCircleCheckFilled,
  WARNING: IconAlertTriangleFilled,
  FAILED: IconCircleXFilled,
  KILLED: IconPlayerStopFilled,
  CANCELLED: IconCircleMinus,
  RETRIED: IconRefresh,
  SKIPPED: IconPlayerSkipForwardFilled,
};

export function StateIcon({ state, size = 14 }: { state: string; size?: number }) {
  const Shape = SHAPES[state] ?? IconCircleDot;
  return (
    <Shape
      aria-hidden
      size={size}
      className={classes.icon}
      data-tone={toneOf(state)}
      data-turning={state === "RUNNING" || state === "KILLING" || undefined}
    />
  );
}
