import { describe, expect, it } from "vitest";
import type { Capacity } from "@/api/workers";
import { capacityWords, waitingWords, workerState } from "./worker-words";

const capacity = (workers: number, slots: number, used: number, waiting = 0): Capacity => ({
  workers,
  slots,
  used,
  free: slots - used,
  waiting,
  waitingExact: waiting < 10_000,
  oldestWaitingSince: null,
});

describe("worker groups", () => {
  it("say whether what comes begins now or waits", () => {
    expect(capacityWords(capacity(0, 0, 0))).toContain("No worker is alive");
    expect(capacityWords(capacity(2, 8, 8))).toContain("All 8 slots are used");
    expect(capacityWords(capacity(2, 8, 3))).toBe(
      "3 of 8 slots are used; what comes begins at once.",
    );
  });

  it("say how much waits, and when that is more than was counted", () => {
    expect(waitingWords(capacity(1, 4, 4))).toBe("Nothing waits");
    expect(waitingWords(capacity(1, 4, 4, 1))).toBe("1 task run waits");
    expect(waitingWords(capacity(1, 4, 4, 10_000))).toBe("More than 10,000 task runs wait");
  });

  it("show a state that the portal does not know yet", () => {
    expect(workerState("LOST")).toEqual(["Lost", "danger"]);
    expect(workerState("PAUSED")).toEqual(["paused", "neutral"]);
  });
});
