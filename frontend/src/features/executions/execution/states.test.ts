import { describe, expect, test } from "vitest";
import { flowStatistics } from "@/features/flows/overview/statistics";
import { isTerminal, STATES, summarise, toneOf } from "@/lib/states";
import { verbsFor } from "./verbs";

describe("states", () => {
  test("every state has a tone, and an unknown one is neutral", () => {
    for (const state of STATES) expect(toneOf(state)).toBeTruthy();
    expect(toneOf("NEWER")).toBe("neutral");
  });

  test("of many runs the one that needs attention speaks", () => {
    expect(summarise(["SUCCESS", "RUNNING", "FAILED"])).toBe("FAILED");
    expect(summarise(["SUCCESS", "RUNNING"])).toBe("RUNNING");
    expect(summarise([])).toBeUndefined();
  });

  test("an execution offers the verbs that its state allows", () => {
    expect(verbsFor("PAUSED").verbs).toEqual(["resume", "kill"]);
    expect(verbsFor("FAILED").verbs).toEqual(["restart", "replay"]);
    expect(verbsFor("SUCCESS").verbs).toEqual(["replay"]);
    expect(verbsFor("KILLING").verbs).toEqual([]);
  });

  test("what has ended can be deleted and not killed; what has not, the other way round", () => {
    for (const state of STATES) {
      const { verbs, canDelete } = verbsFor(state);
      expect(canDelete).toBe(isTerminal(state));
      if (isTerminal(state)) expect(verbs).not.toContain("kill");
    }
  });

  test("health is judged by runs that ended by themselves", () => {
    const run = (current: string, seconds: number) => ({
      state: {
        current,
        startDate: "2026-01-01T00:00:00Z",
        endDate: new Date(Date.parse("2026-01-01T00:00:00Z") + seconds * 1000).toISOString(),
      },
    });
    const runs = [run("SUCCESS", 1), run("FAILED", 3), run("KILLED", 2), run("WARNING", 5)];
    expect(flowStatistics(runs)).toEqual({ rate: "67% of the last 3", median: "3.00s" });
    expect(flowStatistics([])).toEqual({ rate: undefined, median: undefined });
  });
});
