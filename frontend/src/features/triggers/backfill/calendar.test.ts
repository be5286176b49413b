import { describe, expect, test } from "vitest";
import { countsByDay, dayAfter, monthOf, spanAfter, startOfDay } from "./calendar";

describe("the calendar of a backfill", () => {
  test("a month is whole weeks from Monday", () => {
    const march = monthOf(2026, 2);
    expect(march.title).toBe("March 2026");
    expect(march.weeks.every((week) => week.length === 7)).toBe(true);
    expect(march.weeks[0]?.map((day) => day.number)).toEqual([23, 24, 25, 26, 27, 28, 1]);
    expect(march.weeks.flat().filter((day) => day.inMonth)).toHaveLength(31);
  });

  test("dates are counted on the day of the reader", () => {
    const dates = ["2026-03-01T23:30:00Z", "2026-03-02T00:30:00Z"];
    expect(countsByDay(dates, "UTC").get("2026-03-01")).toBe(1);
    expect(countsByDay(dates, "Europe/Berlin").get("2026-03-02")).toBe(2);
  });

  test("two clicks make a span, in either order", () => {
    expect(spanAfter({}, "2026-03-05")).toEqual({ from: "2026-03-05" });
    expect(spanAfter({ from: "2026-03-05" }, "2026-03-02")).toEqual({
      from: "2026-03-02",
      to: "2026-03-05",
    });
    expect(spanAfter({ from: "a", to: "b" }, "2026-03-09")).toEqual({ from: "2026-03-09" });
  });

  test("a day begins when the reader's does, also when the clock changes", () => {
    expect(startOfDay("2026-03-01", "UTC")).toBe("2026-03-01T00:00:00.000Z");
    expect(startOfDay("2026-03-29", "Europe/Berlin")).toBe("2026-03-28T23:00:00.000Z");
    expect(startOfDay("2026-03-30", "Europe/Berlin")).toBe("2026-03-29T22:00:00.000Z");
    expect(startOfDay("2026-07-01", "America/New_York")).toBe("2026-07-01T04:00:00.000Z");
    expect(dayAfter("2026-02-28")).toBe("2026-03-01");
  });
});
