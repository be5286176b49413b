import { describe, expect, test } from "vitest";
import { boxOf, dateOf, standing } from "./words";

const at = (hour: number) => `2026-11-22T${String(hour).padStart(2, "0")}:00:00.000000Z`;
const noon = Date.parse(at(12));

describe("announcements", () => {
  test("a date goes into a box and comes back the same", () => {
    expect(boxOf(at(8))).toBe("2026-11-22T08:00");
    expect(Date.parse(dateOf(boxOf(at(8))) ?? "")).toBe(Date.parse(at(8)));
    expect([boxOf(null), dateOf("")]).toEqual(["", null]);
  });

  test("without dates it is shown; with them, between them", () => {
    expect(standing({ startDate: null, endDate: null }, noon)).toBe("shown");
    expect(standing({ startDate: at(13), endDate: null }, noon)).toBe("to come");
    expect(standing({ startDate: at(8), endDate: at(12) }, noon)).toBe("over");
    expect(standing({ startDate: at(12), endDate: at(13) }, noon)).toBe("shown");
  });
});
