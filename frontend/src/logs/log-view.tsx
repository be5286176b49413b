/// A long log that one can follow: only the lines on the screen exist, however many there are.
import { ActionIcon, Button } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import {
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { Line } from "./lines";
import { LogLine } from "./log-line";
import classes from "./logs.module.css";
import { type LogWindow, positionOf } from "./window";

/** Where a text stands: the numbers of its lines, as far as they were looked for. */
export interface Found {
  places: readonly number[];
  total: number;
  exact: boolean;
}

export interface LogViewProps {
  window: LogWindow;
  query: string;
  found: Found;
  /** Sticks to the end while lines arrive. */
  follow: boolean;
  zone: string | undefined;
  onFollow: (follow: boolean) => void;
  /** The first or the last lines that are held come near. */
  onEarlier: () => void;
  onLater: () => void;
  onStart: () => void;
  /** A line is wanted that is not held. */
  onFar: (index: number) => void;
  onTask: (task: string) => void;
}

const NEAR_END = 40;
// So many lines are left to scroll when more are asked for.
const AHEAD = 400;
const HEIGHT = 24;

type Lines = Virtualizer<HTMLDivElement, HTMLDivElement>;

export function LogView(props: LogViewProps) {
  const { window, query, found, follow, zone, onFollow, onStart, onTask } = props;
  const { lines } = window;
  const scroll = useRef<HTMLDivElement>(null);
  const virtual: Lines = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => HEIGHT,
    overscan: 20,
    getItemKey: (position) => lines[position]?.index ?? position,
  });
  const overflows = virtual.getTotalSize() > (virtual.scrollRect?.height ?? 0);
  const [match, setMatch] = useState(0);
  const at = Math.min(match, found.places.length - 1);
  const chosen = found.places[at];
  const last = lines.length - 1;
  usePlaceKept(lines, virtual, scroll, follow);
  useMoreAhead(props, virtual);
  useChosenShown(props, virtual, chosen);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last line is the reason to scroll.
  useEffect(() => {
    if (follow && last >= 0) virtual.scrollToIndex(last, { align: "end" });
  }, [follow, lines[last]?.index]);
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
          found={found}
          at={at + 1}
          onStep={(step) =>
            setMatch((at + step + found.places.length) % Math.max(1, found.places.length))
          }
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
                    current={line.index === chosen}
                    zone={zone}
                    onTask={onTask}
                  />
                </div>
              )
            );
          })}
        </div>
      </div>
      <div className={classes.jumps}>
        {!window.atStart && (
          <Jump icon={<IconArrowUp size={14} />} onClick={() => [onFollow(false), onStart()]}>
            Jump to the beginning
          </Jump>
        )}
        {!follow && (overflows || !window.atEnd) && (
          <Jump icon={<IconArrowDown size={14} />} onClick={() => onFollow(true)}>
            Jump to the end
          </Jump>
        )}
      </div>
    </div>
  );
}

interface JumpProps {
  icon: ReactNode;
  onClick: () => void;
  children: string;
}

function Jump({ icon, onClick, children }: JumpProps) {
  return (
    <Button variant="default" radius="xl" leftSection={icon} onClick={onClick}>
      {children}
    </Button>
  );
}

/** Lines that come or go in front of what one reads do not move it. */
function usePlaceKept(
  lines: readonly Line[],
  virtual: Lines,
  scroll: RefObject<HTMLDivElement | null>,
  follow: boolean,
): void {
  const top = useRef<{ index: number; above: number }>(undefined);
  const first = lines[0]?.index;
  const before = useRef(first);
  useLayoutEffect(() => {
    const element = scroll.current;
    if (before.current === first || !element) return;
    before.current = first;
    const position = top.current ? positionOf(lines, top.current.index) : 0;
    const known = lines[position]?.index === top.current?.index;
    if (follow) return;
    // Nothing of what was read is held any more: this is another place of the log.
    if (!known || !top.current) element.scrollTop = 0;
    else {
      const start = virtual.measurementsCache[position]?.start ?? position * HEIGHT;
      element.scrollTop = start + top.current.above;
    }
  }, [first, lines, virtual, scroll, follow]);
  useEffect(() => {
    const offset = virtual.scrollOffset ?? 0;
    const item = virtual.getVirtualItems().find((one) => one.end > offset);
    const index = item && lines[item.index]?.index;
    if (item && index !== undefined) top.current = { index, above: offset - item.start };
  });
}

function useMoreAhead({ window, onEarlier, onLater }: LogViewProps, virtual: Lines): void {
  const items = virtual.getVirtualItems();
  const [from, to] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const scrolls = virtual.isScrolling;
  useEffect(() => {
    if (!window.atStart && scrolls && from < AHEAD) onEarlier();
    if (!window.atEnd && to > window.lines.length - AHEAD) onLater();
  }, [window, from, to, scrolls, onEarlier, onLater]);
}

/** Scrolls to the chosen place of a text; once for each choice, however often lines arrive. */
function useChosenShown(props: LogViewProps, virtual: Lines, chosen: number | undefined): void {
  const { window, query, onFollow, onFar } = props;
  const shown = useRef<string>(undefined);
  useEffect(() => {
    const wish = chosen === undefined ? undefined : `${chosen} ${query}`;
    if (chosen === undefined || shown.current === wish) {
      shown.current = wish;
      return;
    }
    onFollow(false);
    const position = positionOf(window.lines, chosen);
    if (window.lines[position]?.index !== chosen) {
      onFar(chosen);
      return;
    }
    shown.current = wish;
    virtual.scrollToIndex(position, { align: "center" });
  }, [chosen, query, window, virtual, onFollow, onFar]);
}

interface MatchesProps {
  found: Found;
  at: number;
  onStep: (step: number) => void;
}

function Matches({ found, at, onStep }: MatchesProps) {
  const count = found.places.length;
  const all = `${found.total.toLocaleString("en")}${found.exact ? "" : " or more"}`;
  return (
    <div className={classes.matches}>
      <span className="numeric" role="status">
        {count ? `${at} of ${all}` : "No line matches"}
      </span>
      {count > 0 && (
        <>
          <ActionIcon size="sm" aria-label="Previous match" onClick={() => onStep(-1)}>
            <IconChevronUp size={14} />
          </ActionIcon>
          <ActionIcon size="sm" aria-label="Next match" onClick={() => onStep(1)}>
            <IconChevronDown size={14} />
          </ActionIcon>
        </>
      )}
    </div>
  );
}
