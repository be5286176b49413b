import { describe, expect, test } from "vitest";
import type { Trigger, TriggerState } from "@/api/triggers";
import { standingOf } from "./standing";

const NOW = Date.parse("2026-03-01T12:00:00Z");

function at(state: Partial<TriggerState>, trigger: Partial<Trigger["trigger"]> = {}) {
  const full: Trigger = {
    trigger: { id: "daily", type: "core.trigger.Schedule", ...trigger },
    state: {
      namespace: "a",
      flowId: "b",
      triggerId: "daily",
      updatedAt: "",
      disabled: false,
      locked: false,
      kind: "SCHEDULE",
      nextEvaluationDate: "2026-03-02T00:00:00Z",
      ...state,
    },
  };
  return standingOf(full, NOW);
}

describe("where a trigger stands", () => {
  test("each reason has its word and the verb that helps", () => {
    expect(at({}).word).toBe("Ready");
    expect(at({ disabled: true })).toMatchObject({ word: "Disabled", remedy: "enable" });
    expect(at({ disabled: true }, { disabled: true }).remedy).toBeUndefined();
    expect(at({ locked: true })).toMatchObject({ word: "Waiting", remedy: "unlock" });
    expect(at({ error: "no such host" })).toMatchObject({ word: "Failing", remedy: "restart" });
    expect(at({ nextEvaluationDate: "2026-03-01T11:00:00Z" }).word).toBe("Late");
    expect(at({ nextEvaluationDate: undefined }).word).toBe("No date");
  });

  test("a backfill explains why the schedule stands still", () => {
    const backfill = { start: "", end: "", currentDate: "", paused: true };
    expect(at({ backfill, disabled: true }).why).toContain("ordinary schedule");
  });

  test("a webhook waits for its call", () => {
    const kind = undefined;
    expect(at({ kind }, { type: "core.trigger.Webhook" }).why).toContain("called");
  });
});
