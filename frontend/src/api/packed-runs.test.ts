import { describe, expect, test } from "vitest";
import { unpacked } from "./packed-runs";
import type { Execution } from "./types";

const execution = { id: "e", namespace: "n", flowId: "f" } as Execution;

describe("packed task runs", () => {
  test("are told in words again", () => {
    const found = unpacked({
      ...execution,
      taskRuns: {
        since: "2026-01-01T00:00:00.000Z",
        states: ["CREATED", "RUNNING", "SUCCESS"],
        rows: [
          ["g", "each", null, null, null, 1, [0, 5, 1, 9], null],
          ["r", "say", 0, "a", 3, 2, [0, 10, 2, 1500], [[2, [1, 20, 2, 1490], "w"]]],
        ],
      },
    });
    expect(found).not.toHaveProperty("taskRuns");
    const [group, run] = found.taskRunList ?? [];
    expect(group).toMatchObject({ id: "g", parentTaskRunId: null, attempts: null });
    expect(group?.state.current).toBe("RUNNING");
    expect(run).toMatchObject({ taskId: "say", parentTaskRunId: "g", value: "a", iteration: 3 });
    expect(run?.state).toEqual({
      current: "SUCCESS",
      histories: [
        { state: "CREATED", date: "2026-01-01T00:00:00.010Z" },
        { state: "SUCCESS", date: "2026-01-01T00:00:01.500Z" },
      ],
    });
    expect(run?.attempts?.[0]).toMatchObject({ workerId: "w", state: { current: "SUCCESS" } });
    expect(run?.attempts?.[0]?.state.histories[0]?.date).toBe("2026-01-01T00:00:00.020Z");
  });

  test("an answer in words stays as it is", () => {
    expect(unpacked({ ...execution, taskRunList: [] }).taskRunList).toEqual([]);
  });
});
