/// The bar that appears when rows are chosen.
import { CloseButton } from "@mantine/core";
import type { ReactNode } from "react";
import { plural } from "@/lib/text";
import classes from "./bulk-bar.module.css";

export interface BulkBarProps {
  count: number;
  what: string;
  onClear: () => void;
  children: ReactNode;
}

export function BulkBar({ count, what, onClear, children }: BulkBarProps) {
  if (count === 0) return null;
  return (
    <div className={classes.bar} role="toolbar" aria-label="Actions for the chosen rows">
      <CloseButton size="sm" aria-label="Choose none" onClick={onClear} />
      <span>{plural(count, what)} chosen</span>
      <div className={classes.actions}>{children}</div>
    </div>
  );
}
