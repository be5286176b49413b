import { describe, expect, test } from "vitest";
import { placeAt } from "./place";

const FLOW = `id: a
namespace: b
tasks:
  - id: group
    type: core.flow.Parallel
    # a remark
    tasks:
      - id: say
        type: core.log.Log
        retry:
          type: constant
          interval: PT1S
        message: hi
  - type: core.debug.Return
    id: last
labels:
  team: data
`;

const at = (words: string) => placeAt(FLOW, FLOW.indexOf(words) + 1);

describe("where a place is", () => {
  test("a key of the flow has nothing around it", () => {
    expect(at("namespace:")).toMatchObject({ key: "namespace", block: { path: [] } });
    expect(at("labels:").block.known).toContain("tasks");
  });

  test("the type of a task counts wherever it stands in its block", () => {
    expect(at("id: last").block.path).toEqual(["tasks"]);
    expect(at("id: last").block.types.get(1)).toBe("core.debug.Return");
    expect(at("id: group").block.types.get(1)).toBe("core.flow.Parallel");
  });

  test("tasks in tasks know both types", () => {
    const { block } = at("message: hi");
    expect(block.path).toEqual(["tasks", "tasks"]);
    expect([...block.types]).toEqual([
      [1, "core.flow.Parallel"],
      [2, "core.log.Log"],
    ]);
    expect(block.known).toEqual(expect.arrayContaining(["id", "type", "retry"]));
    expect(block.known).not.toContain("interval");
  });

  test("a block inside a task is a block of its own", () => {
    expect(at("interval:").block.path).toEqual(["tasks", "tasks", "retry"]);
    expect(at("interval:").block.types.get(3)).toBe("constant");
  });

  test("an empty line belongs to the block that its indent says", () => {
    const text = `${FLOW.slice(0, FLOW.indexOf("  - type:"))}    `;
    expect(placeAt(text, text.length).block.path).toEqual(["tasks"]);
  });
});
