/// Tabs that are addresses: a tab can be opened in a new window, sent to a colleague, gone back from.
import type { ReactNode } from "react";
import classes from "./tabs.module.css";

/** The class of a tab's link; the router marks the active one with `data-status`. */
export const tabClass = classes.tab;

export function TabBar({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav className={classes.tabs} aria-label={label}>
      {children}
    </nav>
  );
}
