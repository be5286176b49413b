import { describe, expect, test } from "vitest";
import { chooseLines, findMatches, lastIndex, mergeLogs, splitByMatch, withoutAnsi } from "./lines";

const line = (index: number, level = "INFO", message = `line ${index}`, taskId = "a") => ({
  index,
  level,
  message,
  taskId,
  taskRunId: `run-${taskId}`,
  timestamp: "2026-11-22T12:00:00.000000Z",
});

describe("log lines", () => {
  test("a batch that follows is put behind what is known", () => {
    const merged = mergeLogs([line(1), line(2)], [line(3), line(4)]);
    expect(merged.map((one) => one.index)).toEqual([1, 2, 3, 4]);
  });

  test("a line that arrives twice is shown once", () => {
    const merged = mergeLogs([line(1), line(2)], [line(2), line(3)]);
    expect(merged.map((one) => one.index)).toEqual([1, 2, 3]);
  });

  test("a late batch finds its place in the order", () => {
    const merged = mergeLogs([line(1), line(4)], [line(2), line(3)]);
    expect(merged.map((one) => one.index)).toEqual([1, 2, 3, 4]);
  });

  test("the cursor is the last line's number", () => {
    expect(lastIndex([line(1), line(9)])).toBe(9);
    expect(lastIndex([])).toBeUndefined();
  });

  test("a level shows itself and what is graver", () => {
    const lines = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].map((level, n) => line(n, level));
    const shown = chooseLines(lines, { minLevel: "WARN" });
    expect(shown.map((one) => one.level)).toEqual(["WARN", "ERROR"]);
  });

  test("a filter by task takes the name of the task or the id of one run", () => {
    const lines = [line(1, "INFO", "x", "a"), line(2, "INFO", "y", "b")];
    expect(chooseLines(lines, { minLevel: "TRACE", task: "b" })).toHaveLength(1);
    expect(chooseLines(lines, { minLevel: "TRACE", task: "run-a" })).toHaveLength(1);
  });

  test("a search ignores case and finds every line", () => {
    const lines = [line(1, "INFO", "Error here"), line(2), line(3, "INFO", "an eRRor")];
    expect(findMatches(lines, "error")).toEqual([0, 2]);
    expect(findMatches(lines, "  ")).toEqual([]);
  });

  test("a message is cut around each hit", () => {
    expect(splitByMatch("abcABC", "b")).toEqual(["a", "b", "cA", "B", "C"]);
  });

  test("colours for terminals are left out", () => {
    expect(withoutAnsi("\u001b[31mred\u001b[0m")).toBe("red");
  });
});
