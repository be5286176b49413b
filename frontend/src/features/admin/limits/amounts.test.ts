import { describe, expect, it } from "vitest";
import { amountWords, fullness, readAmount } from "./amounts";

describe("quotas", () => {
  it("are read as people write them", () => {
    expect(readAmount("RUNNING_EXECUTIONS", " 5 ")).toBe(5);
    expect(readAmount("RUNNING_EXECUTIONS", "1,000")).toBe(1000);
    expect(readAmount("STORAGE_BYTES", "20 GB")).toBe(20_000_000_000);
    expect(readAmount("STORAGE_BYTES", "1.5m")).toBe(1_500_000);
  });

  it("are not read when they say nothing, or a size where things are counted", () => {
    expect(readAmount("RUNNING_EXECUTIONS", "5 GB")).toBeUndefined();
    expect(readAmount("RUNNING_EXECUTIONS", "many")).toBeUndefined();
    expect(readAmount("STORAGE_BYTES", "-1")).toBeUndefined();
    expect(readAmount("STORAGE_BYTES", "999999999 TB")).toBeUndefined();
  });

  it("are shown with their unit", () => {
    expect(amountWords("STORAGE_BYTES", 20_000_000_000)).toBe("20.0 GB");
    expect(amountWords("RUNNING_EXECUTIONS", 1000)).toBe("1,000");
  });

  it("warn from four fifths on", () => {
    expect(fullness(79, 100)).toBe("free");
    expect(fullness(80, 100)).toBe("nearly full");
    expect(fullness(100, 100)).toBe("full");
    expect(fullness(0, 0)).toBe("full");
    expect(fullness(null, 5)).toBe("free");
  });
});
