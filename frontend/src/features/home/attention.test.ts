import { describe, expect, test } from "vitest";
import type { Approval } from "@/api/approvals";
import type { Trigger } from "@/api/triggers";
import type { Execution } from "@/api/types";
import { agreements, failing, late, needs, successRatio } from "./attention";

const run = (id: string, flowId = "load"): Execution => ({
  id,
  namespace: "company",
  flowId,
  flowRevision: 1,
  state: { current: "FAILED", histories: [] },
});
const last = (id: string, flowId = "load") => ({
  id,
  namespace: "company",
  flowId,
  startDate: "",
  status: "FAILED",
});
const request = (expiresAt: string): Approval => ({
  id: "a",
  kind: "START",
  namespace: "company",
  flowId: "load",
  subject: { revision: 1, inputs: {}, labels: {} },
  note: "",
  state: "PENDING",
  requestedBy: "Alice",
  decidedBy: null,
  decidedAt: null,
  expiresAt,
  createdAt: "",
});
const NOW = Date.parse("2026-03-01T12:00:00Z");
const trigger = (next: string, more: Partial<Trigger["state"]> = {}): Trigger => ({
  trigger: { id: "daily", type: "core.trigger.Schedule" },
  state: {
    namespace: "company",
    flowId: "load",
    triggerId: "daily",
    updatedAt: "",
    disabled: false,
    locked: false,
    nextEvaluationDate: next,
    ...more,
  },
});

describe("what needs somebody", () => {
  test("a flow stands there once, by its last execution", () => {
    const found = failing([run("2"), run("1")], [last("2")]);
    expect(found.map((one) => [one.execution.id, one.note])).toEqual([
      ["2", "2 failures in this time"],
    ]);
  });

  test("a flow that went well since is left out", () => {
    expect(failing([run("1")], [last("9")])).toEqual([]);
  });

  test("a schedule is late a minute after its date, unless it is off or runs over past dates", () => {
    const past = "2026-03-01T11:00:00Z";
    const backfill = { start: "", end: "", currentDate: "", paused: false };
    expect(late([trigger(past)], NOW)).toHaveLength(1);
    expect(late([trigger("2026-03-01T11:59:30Z")], NOW)).toEqual([]);
    expect(late([trigger(past, { disabled: true })], NOW)).toEqual([]);
    expect(late([trigger(past, { backfill })], NOW)).toEqual([]);
  });

  test("a request waits for a second person until somebody decides, or a day is over", () => {
    const open = request("2026-03-01T12:00:01Z");
    expect(agreements([open], NOW).map((one) => one.note)).toEqual(["Alice asks to start it"]);
    expect(agreements([request("2026-03-01T12:00:00Z")], NOW)).toEqual([]);
    expect(agreements([{ ...open, state: "REJECTED" }], NOW)).toEqual([]);
  });

  test("decisions come first, waiting for a place last", () => {
    const asked = {
      failed: [run("f")],
      latest: [last("f")],
      paused: [run("p")],
      queued: [run("q")],
      due: [trigger("2026-03-01T11:00:00Z")],
      requests: [request("2026-03-01T13:00:00Z")],
    };
    expect(needs(asked, NOW).map((one) => one.kind)).toEqual([
      "approval",
      "agreement",
      "failing",
      "late",
      "capacity",
    ]);
  });

  test("the share of success is of what ended", () => {
    expect(successRatio({ SUCCESS: 3, FAILED: 1, RUNNING: 9 })).toBe(0.75);
    expect(successRatio({ RUNNING: 1 })).toBeUndefined();
  });
});
