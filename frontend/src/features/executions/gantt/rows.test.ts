import { describe, expect, test } from "vitest";
import type { Attempt, TaskRun } from "@/api/types";
import { criticalPath, ganttRows, spanOf, ticks } from "./rows";

const at = (seconds: number) => new Date(seconds * 1000).toISOString();
const state = (...changes: [string, number][]) => ({
  current: changes.at(-1)?.[0] ?? "CREATED",
  histories: changes.map(([name, seconds]) => ({ state: name, date: at(seconds) })),
});
const attempt = (start: number, end: number | undefined, outcome = "SUCCESS"): Attempt => ({
  state: end === undefined ? state(["RUNNING", start]) : state(["RUNNING", start], [outcome, end]),
});
const run = (id: string, from: number, to: number | undefined, more: Partial<TaskRun> = {}) => ({
  id,
  taskId: id,
  state:
    to === undefined
      ? state(["CREATED", from], ["RUNNING", from])
      : state(["CREATED", from], ["RUNNING", from], ["SUCCESS", to]),
  attempts: [attempt(from, to)],
  ...more,
});

describe("the rows of a Gantt", () => {
  test("children stand under their group, each level in order of time", () => {
    const runs = [
      run("late", 9, 10),
      run("child-2", 3, 4, { parentTaskRunId: "group" }),
      run("group", 1, 5, { attempts: null }),
      run("child-1", 2, 3, { parentTaskRunId: "group" }),
    ];
    const rows = ganttRows(runs, new Set());
    expect(rows.map((row) => [row.run.id, row.depth])).toEqual([
      ["group", 0],
      ["child-1", 1],
      ["child-2", 1],
      ["late", 0],
    ]);
  });

  test("a folded group hides its children and stays itself", () => {
    const runs = [
      run("group", 1, 5, { attempts: null }),
      run("c", 2, 3, { parentTaskRunId: "group" }),
    ];
    const rows = ganttRows(runs, new Set(["group"]));
    expect(rows.map((row) => row.run.id)).toEqual(["group"]);
    expect(rows[0]?.isGroup).toBe(true);
  });

  test("a child whose parent is not known is shown, not lost", () => {
    expect(ganttRows([run("a", 1, 2, { parentTaskRunId: "gone" })], new Set())).toHaveLength(1);
  });

  test("each attempt is a bar of its own, with the waits between them", () => {
    const retried: TaskRun = {
      id: "a",
      taskId: "a",
      state: state(["CREATED", 0], ["RUNNING", 1], ["RETRYING", 2], ["RUNNING", 5], ["SUCCESS", 7]),
      attempts: [attempt(1, 2, "FAILED"), attempt(5, 7)],
    };
    const [row] = ganttRows([retried], new Set());
    expect(row?.segments.map(({ kind, state: name, attempt: n }) => [kind, name, n])).toEqual([
      ["wait", "QUEUED", undefined],
      ["run", "FAILED", 1],
      ["wait", "RETRYING", undefined],
      ["run", "SUCCESS", 2],
    ]);
  });

  test("what still runs has no end yet, and neither has what waits for its first worker", () => {
    const waiting: TaskRun = { id: "w", taskId: "w", state: state(["CREATED", 4]), attempts: [] };
    const rows = ganttRows([run("r", 1, undefined), waiting], new Set());
    expect(rows.map((row) => row.segments.at(-1)?.to)).toEqual([undefined, undefined]);
    expect(rows[1]?.segments[0]?.kind).toBe("wait");
  });

  test("the span reaches from the execution's start to now while anything runs", () => {
    const rows = ganttRows([run("a", 2, 3), run("b", 4, undefined)], new Set());
    expect(spanOf(rows, 1000, 9000)).toEqual({ from: 1000, to: 9000 });
  });

  test("what a replay took over stands at its beginning, marked, and off the critical path", () => {
    const runs = [run("old", 1, 4), run("group", 2, 12, { attempts: null }), run("new", 10, 12)];
    const rows = ganttRows(runs, new Set(), 9000);
    expect(rows.map(({ run: { id }, from, reused }) => [id, from, reused])).toEqual([
      ["old", 9000, true],
      ["group", 9000, false],
      ["new", 10_000, false],
    ]);
    expect(rows.flatMap((row) => row.segments).every(({ from }) => from >= 9000)).toBe(true);
    expect(spanOf(rows, 9000, 12_000)).toEqual({ from: 9000, to: 12_000 });
    expect(criticalPath(rows, 12_000).has("old")).toBe(false);
  });

  test("the axis has a mark at each step", () => {
    expect(ticks({ from: 0, to: 10 }, 4)).toEqual([0, 4, 8]);
  });

  test("the critical path is the chain that decided the end", () => {
    const runs = [run("a", 0, 4), run("short", 4, 5), run("long", 4, 9), run("end", 9, 10)];
    expect([...criticalPath(ganttRows(runs, new Set()), 10_000)]).toEqual(["end", "long", "a"]);
  });
});
