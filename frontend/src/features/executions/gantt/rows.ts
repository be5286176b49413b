/// From task runs to the rows of a Gantt: a tree in order of time, each row cut into waits and attempts.
import type { Attempt, State, TaskRun } from "@/api/types";
import { isTerminal } from "@/lib/states";

export interface Segment {
  kind: "wait" | "run";
  state: string;
  from: number;
  /** Absent while it lasts. */
  to: number | undefined;
  /** From 1; absent for groups. */
  attempt?: number;
}

export interface Row {
  run: TaskRun;
  depth: number;
  isGroup: boolean;
  from: number;
  to: number | undefined;
  segments: Segment[];
  /** A replay took it over from the execution before; its times lie before this one's beginning. */
  reused: boolean;
}

interface Timed {
  state: Pick<State, "current" | "histories">;
}

function began({ state }: Timed): number | undefined {
  const first = state.histories[0];
  return first && Date.parse(first.date);
}

function ended({ state }: Timed): number | undefined {
  const last = state.histories.at(-1);
  return last && isTerminal(state.current) ? Date.parse(last.date) : undefined;
}

function ran({ state }: Timed): number | undefined {
  const running = state.histories.find((entry) => entry.state === "RUNNING");
  return running && Date.parse(running.date);
}

function attemptSegments(attempts: readonly Attempt[], since: number, run: TaskRun): Segment[] {
  const segments: Segment[] = [];
  let free = since;
  attempts.forEach((attempt, number) => {
    const end = ended(attempt);
    // An attempt that was claimed and ended without a RUNNING entry still has its time.
    const start = ran(attempt) ?? (end === undefined ? undefined : (began(attempt) ?? end));
    if (start === undefined) return;
    if (start > free) {
      segments.push({ kind: "wait", state: number ? "RETRYING" : "QUEUED", from: free, to: start });
    }
    const { current } = attempt.state;
    segments.push({ kind: "run", state: current, from: start, to: end, attempt: number + 1 });
    free = end ?? Number.POSITIVE_INFINITY;
  });
  const over = ended(run);
  if (free !== Number.POSITIVE_INFINITY && over === undefined) {
    segments.push({ kind: "wait", state: run.state.current, from: free, to: undefined });
  }
  return segments;
}

function segmentsOf(run: TaskRun): Segment[] {
  const since = began(run);
  if (since === undefined) return [];
  if (run.attempts?.length) return attemptSegments(run.attempts, since, run);
  const start = ran(run) ?? since;
  const to = ended(run);
  const kind = ran(run) === undefined && to === undefined ? "wait" : "run";
  const wait: Segment[] =
    start > since ? [{ kind: "wait", state: "QUEUED", from: since, to: start }] : [];
  return [...wait, { kind, state: run.state.current, from: start, to }];
}

/** What of a row belongs to this execution: nothing of it lies before the execution's beginning. */
function since(row: Row, start: number): Row {
  if (row.to !== undefined && row.to < start) {
    return { ...row, from: start, to: start, segments: [], reused: true };
  }
  const segments = row.segments
    .filter((segment) => (segment.to ?? start) >= start)
    .map((segment) => ({ ...segment, from: Math.max(segment.from, start) }));
  return { ...row, from: Math.max(row.from, start), segments };
}

/**
 * `folded` holds the ids of groups whose children are hidden. `start`: when a replay began, which took
 * over task runs that ended before.
 */
export function ganttRows(
  runs: readonly TaskRun[],
  folded: ReadonlySet<string>,
  start?: number,
): Row[] {
  const ids = new Set(runs.map((run) => run.id));
  const children = new Map<string | undefined, TaskRun[]>();
  for (const run of runs) {
    const parent =
      run.parentTaskRunId && ids.has(run.parentTaskRunId) ? run.parentTaskRunId : undefined;
    const siblings = children.get(parent);
    if (siblings) siblings.push(run);
    else children.set(parent, [run]);
  }
  const rows: Row[] = [];
  const add = (parent: string | undefined, depth: number) => {
    const here = (children.get(parent) ?? []).map((run) => ({ run, at: began(run) ?? 0 }));
    for (const { run, at } of here.sort((a, b) => a.at - b.at)) {
      const row: Row = {
        run,
        depth,
        isGroup: children.has(run.id),
        from: at,
        to: ended(run),
        segments: segmentsOf(run),
        reused: false,
      };
      rows.push(start === undefined ? row : since(row, start));
      if (!folded.has(run.id)) add(run.id, depth + 1);
    }
  };
  add(undefined, 0);
  return rows;
}

export interface Span {
  from: number;
  to: number;
}

export function spanOf(rows: readonly Row[], since: number, now: number): Span {
  let [from, to] = [since, since];
  for (const row of rows) {
    from = Math.min(from, row.from);
    to = Math.max(to, row.to ?? now);
  }
  return { from, to: Math.max(to, from + 10) };
}

// Two moments closer than this count as one after the other: the engine's own step lies between them.
const STEP = 250;

/** The chain of leaves that decided when the execution ended: each began when the one before had ended. */
export function criticalPath(rows: readonly Row[], now: number): Set<string> {
  const end = (row: Row) => row.to ?? now;
  // From the last end to the first: whoever ended last before a moment is found by going on.
  const leaves = rows
    .filter((row) => !row.isGroup && row.segments.length > 0)
    .sort((a, b) => end(b) - end(a));
  const path = new Set<string>();
  let before = Number.POSITIVE_INFINITY;
  for (const row of leaves) {
    if (end(row) > before) continue;
    path.add(row.run.id);
    before = row.from + STEP;
  }
  return path;
}

/** Round moments for the axis, as distances from the start. */
export function ticks(span: Span, step: number): number[] {
  const count = Math.floor((span.to - span.from) / step);
  return Array.from({ length: count + 1 }, (_, n) => n * step);
}
