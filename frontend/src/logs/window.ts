/// The part of a log that a page holds: a stretch without holes that grows at both ends, within bounds.
import { type Line, mergeLogs } from "./lines";

export interface LogWindow<T extends Line = Line> {
  lines: readonly T[];
  /** Nothing stands before the first line. */
  atStart: boolean;
  /** Nothing stands after the last line, as far as one has heard. */
  atEnd: boolean;
}

/** How many lines one question asks for. */
export const PAGE = 1000;
/** More than these are not kept: what is far away is asked for again. */
export const HELD = 6 * PAGE;

export function isWhole(window: LogWindow): boolean {
  return window.atStart && window.atEnd;
}

/** An answer with the first lines, or with the last ones. */
export function opened<T extends Line>(lines: readonly T[], fromEnd: boolean): LogWindow<T> {
  const all = lines.length < PAGE;
  return { lines, atStart: all || !fromEnd, atEnd: all || fromEnd };
}

export function withLater<T extends Line>(window: LogWindow<T>, fresh: readonly T[]): LogWindow<T> {
  const lines = mergeLogs(window.lines, fresh);
  const spare = Math.max(0, lines.length - HELD);
  return {
    lines: spare > 0 ? lines.slice(spare) : lines,
    atStart: window.atStart && spare === 0,
    atEnd: fresh.length < PAGE,
  };
}

export function withEarlier<T extends Line>(
  window: LogWindow<T>,
  fresh: readonly T[],
): LogWindow<T> {
  const lines = [...fresh, ...window.lines];
  return {
    lines: lines.slice(0, HELD),
    atStart: fresh.length < PAGE,
    atEnd: window.atEnd && lines.length <= HELD,
  };
}

/** The position of the line with a number, or of the first one after it. */
export function positionOf(lines: readonly Line[], index: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.index ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
