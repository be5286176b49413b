import { describe, expect, it } from "vitest";
import type { Quota } from "@/api/limits";
import { quotasReaching } from "./reaching";

const quota = (id: string, namespace: string | null, flowId: string | null = null): Quota => ({
  id,
  namespace,
  flowId,
  kind: "RUNNING_EXECUTIONS",
  limit: 5,
  policy: "QUEUE",
  ofInstance: false,
  used: 1,
});

describe("the quotas of a namespace", () => {
  it("are those on its way up and of its flows, the widest first", () => {
    const all = [
      quota("flow", "a.b", "f"),
      quota("own", "a.b"),
      quota("above", "a"),
      quota("tenant", null),
    ];
    expect(quotasReaching("a.b", all).map(({ id }) => id)).toEqual([
      "tenant",
      "above",
      "own",
      "flow",
    ]);
  });

  it("are not those of neighbours, of what lies below, or of flows above", () => {
    const others = [
      quota("x", "a.c"),
      quota("y", "a.b.c"),
      quota("z", "a", "f"),
      quota("w", "a.bc"),
    ];
    expect(quotasReaching("a.b", others)).toEqual([]);
  });
});
