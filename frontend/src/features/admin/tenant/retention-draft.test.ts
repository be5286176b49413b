import { describe, expect, it } from "vitest";
import type { Retention } from "@/api/tenant";
import { changesOf, draftOf, shortened } from "./retention-draft";

const KEPT: Retention = {
  executions: { days: null, effective: 90, source: "instance" },
  logs: { days: 14, effective: 14, source: "tenant" },
  metrics: { days: null, effective: 90, source: "instance" },
  audit: { days: null, effective: 365, source: "instance" },
  limits: { executions: 90, logs: 30, metrics: 90, audit: 365 },
};

describe("how long a tenant keeps things", () => {
  it("sends only what was changed", () => {
    expect(changesOf(KEPT, draftOf(KEPT))).toEqual({});
    expect(changesOf(KEPT, { ...draftOf(KEPT), logs: null, audit: 60 })).toEqual({
      logs: null,
      audit: 60,
    });
  });

  it("knows what would go: less days than hold now, also by the instance", () => {
    expect(shortened(KEPT, { ...draftOf(KEPT), logs: null })).toEqual([]);
    expect(shortened(KEPT, { ...draftOf(KEPT), logs: 3, executions: 90 })).toEqual(["logs"]);
    expect(shortened(KEPT, { ...draftOf(KEPT), executions: 10 })).toEqual(["executions"]);
  });
});
