import { describe, expect, test } from "vitest";
import { axisStep, humanDuration, relativeTime } from "./time";

describe("time in words", () => {
  test.each([
    [0, "0ms"],
    [999.4, "999ms"],
    [1234, "1.23s"],
    [59_990, "59.9s"],
    [84_000, "1m 24s"],
    [3_600_000, "1h"],
    [90_061_000, "1d 1h"],
    [-5, "0ms"],
  ])("%d ms is %s", (milliseconds, words) => {
    expect(humanDuration(milliseconds)).toBe(words);
  });

  test("what was a moment ago is now", () => {
    expect(relativeTime(1000, 3000)).toBe("just now");
    expect(relativeTime(0, 3_600_000)).toBe("1 hr. ago");
  });

  test("an axis never has more steps than there is room for", () => {
    for (const span of [3, 700, 9_000, 3_600_000, 40 * 86_400_000]) {
      expect(span / axisStep(span, 8)).toBeLessThanOrEqual(8);
    }
  });
});
