/// Tabs that are addresses: a tab can be opened in a new window, sent to a colleague, gone back from.
import { useLocation } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import classes from "./tabs.module.css";

/** The class of a tab's link; the router marks the active one with `data-status`. */
export const tabClass = classes.tab;

export function TabBar({ label, children }: { label: string; children: ReactNode }) {
  const bar = useRef<HTMLElement>(null);
  const shown = useRef<string>(undefined);
  useLocation({ select: (location) => location.pathname });
  // On a narrow screen the open tab comes into view; it is left where a hand scrolls it afterwards.
  useEffect(() => {
    const tabs = bar.current;
    const open = tabs?.querySelector<HTMLElement>("[data-status=active]");
    const look = open && tabs && `${open.textContent} ${tabs.scrollWidth}`;
    if (!look || look === shown.current) return;
    shown.current = look;
    tabs.scrollLeft = open.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - open.clientWidth) / 2;
  });
  return (
    <nav ref={bar} className={classes.tabs} aria-label={label}>
      {children}
    </nav>
  );
}
