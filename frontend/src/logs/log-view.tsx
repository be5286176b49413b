/// A long log that one can follow: only the lines on the screen exist, however many there are.
import { ActionIcon, Button } from "@mantine/core";
import { IconArrowDown, IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { findMatches, type Line } from "./lines";
import { LogLine } from "./log-line";
import classes from "./logs.module.css";

export interface LogViewProps {
  lines: readonly Line[];
  query: string;
  /** Sticks to the end while lines arrive. */
  follow: boolean;
  zone: string | undefined;
  onFollow: (follow: boolean) => void;
  onTask: (task: string) => void;
}

const NEAR_END = 40;

export function LogView({ lines, query, follow, zone, onFollow, onTask }: LogViewProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 24,
    overscan: 20,
    getItemKey: (position) => lines[position]?.index ?? position,
  });
  const overflows = virtual.getTotalSize() > (virtual.scrollRect?.height ?? 0);
  const matches = useMemo(() => findMatches(lines, query), [lines, query]);
  const [match, setMatch] = useState(0);
  const chosen = matches[Math.min(match, matches.length - 1)];
  const last = lines.length - 1;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last line is the reason to scroll.
  useEffect(() => {
    if (follow && last >= 0) virtual.scrollToIndex(last, { align: "end" });
  }, [follow, last]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another match is the reason to scroll.
  useEffect(() => {
    if (chosen === undefined) return;
    onFollow(false);
    virtual.scrollToIndex(chosen, { align: "center" });
  }, [chosen, query]);
  const noticeScroll = () => {
    const element = scroll.current;
    if (!element || !follow) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (below > NEAR_END * 3) onFollow(false);
  };
  return (
    <div className={classes.view}>
      {query && (
        <Matches
          count={matches.length}
          at={matches.length ? Math.min(match, matches.length - 1) + 1 : 0}
          onStep={(step) => setMatch((match + step + matches.length) % Math.max(1, matches.length))}
        />
      )}
      <div
        ref={scroll}
        className={classes.scroll}
        onWheel={noticeScroll}
        onTouchMove={noticeScroll}
        role="log"
        aria-label="Log lines"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
      >
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index];
            return (
              line && (
                <div
                  key={item.key}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className={classes.place}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <LogLine
                    line={line}
                    query={query}
                    current={item.index === chosen}
                    zone={zone}
                    onTask={onTask}
                  />
                </div>
              )
            );
          })}
        </div>
      </div>
      {!follow && overflows && (
        <Button
          className={classes.jump}
          variant="default"
          radius="xl"
          leftSection={<IconArrowDown size={14} />}
          onClick={() => onFollow(true)}
        >
          Jump to the end
        </Button>
      )}
    </div>
  );
}

function Matches(props: { count: number; at: number; onStep: (step: number) => void }) {
  return (
    <div className={classes.matches}>
      <span className="numeric" role="status">
        {props.count ? `${props.at} of ${props.count.toLocaleString("en")}` : "No line matches"}
      </span>
      {props.count > 0 && (
        <>
          <ActionIcon size="sm" aria-label="Previous match" onClick={() => props.onStep(-1)}>
            <IconChevronUp size={14} />
          </ActionIcon>
          <ActionIcon size="sm" aria-label="Next match" onClick={() => props.onStep(1)}>
            <IconChevronDown size={14} />
          </ActionIcon>
        </>
      )}
    </div>
  );
}
