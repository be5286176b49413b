import { describe, expect, test } from "vitest";
import { findMatches, lastIndex, mergeLogs, splitByMatch, withoutAnsi } from "./lines";

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

  test("a search ignores case and finds every line", () => {
    const lines = [line(1, "INFO", "Error here"), line(2), line(3, "INFO", "an eRRor")];
    expect(findMatches(lines, "error")).toEqual([1, 3]);
    expect(findMatches(lines, "  ")).toEqual([]);
  });

  test("a message is cut around each hit", () => {
    expect(splitByMatch("abcABC", "b")).toEqual(["a", "b", "cA", "B", "C"]);
  });

  test("colours for terminals are left out", () => {
    expect(withoutAnsi("\u001b[31mred\u001b[0m")).toBe("red");
  });
});
