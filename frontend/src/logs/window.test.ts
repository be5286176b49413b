import { describe, expect, test } from "vitest";
import { HELD, isWhole, opened, PAGE, positionOf, withEarlier, withLater } from "./window";

const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    index: from + n,
    level: "INFO",
    message: `line ${from + n}`,
    timestamp: "2026-11-22T12:00:00.000000Z",
  }));

describe("the part of a log that a page holds", () => {
  test("a short log is held whole, whichever end was asked for", () => {
    expect(isWhole(opened(lines(1, 5), true))).toBe(true);
    expect(isWhole(opened(lines(1, 5), false))).toBe(true);
  });

  test("a full answer has more behind it, on the side that was not asked for", () => {
    expect(opened(lines(1, PAGE), false)).toMatchObject({ atStart: true, atEnd: false });
    expect(opened(lines(1, PAGE), true)).toMatchObject({ atStart: false, atEnd: true });
  });

  test("what is far away is let go of, at the other end", () => {
    let window = opened(lines(1, PAGE), false);
    while (window.lines.length < HELD)
      window = withLater(window, lines(window.lines.length + 1, PAGE));
    expect(window).toMatchObject({ atStart: true, atEnd: false });

    const later = withLater(window, lines(HELD + 1, PAGE));
    expect([later.lines.length, later.lines[0]?.index, later.atStart]).toEqual([
      HELD,
      PAGE + 1,
      false,
    ]);

    const back = withEarlier(later, lines(1, PAGE));
    expect([back.lines.length, back.lines[0]?.index, back.lines.at(-1)?.index]).toEqual([
      HELD,
      1,
      HELD,
    ]);
    expect(back.atEnd).toBe(false);
  });

  test("a short answer is the end", () => {
    const window = opened(lines(1, PAGE), false);
    expect(withLater(window, lines(PAGE + 1, 3)).atEnd).toBe(true);
    expect(withEarlier(opened(lines(9, PAGE), true), lines(5, 4)).atStart).toBe(true);
  });

  test("a line is found by its number, and a number without a line by what follows", () => {
    const some = [2, 4, 6].flatMap((from) => lines(from, 1));
    expect([2, 4, 5, 7].map((index) => positionOf(some, index))).toEqual([0, 1, 2, 3]);
  });
});
