/// How full something is, as words and as a bar.
import type { ReactNode } from "react";
import classes from "./fill-bar.module.css";

export interface FillBarProps {
  tone: "success" | "warning" | "danger" | "neutral";
  /** From 0 to 1; more is full. */
  share: number;
  children: ReactNode;
}

export function FillBar({ tone, share, children }: FillBarProps) {
  return (
    <span className={classes.use} data-tone={tone}>
      <span className="numeric">{children}</span>
      <span className={classes.bar} aria-hidden>
        <i style={{ width: `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%` }} />
      </span>
    </span>
  );
}
