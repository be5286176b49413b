import { describe, expect, test } from "vitest";
import { declaredIds, suggest } from "./suggest";

const CATALOGUE = { tasks: ["core.log.Log"], triggers: ["core.trigger.Schedule"] };
const FLOW = `id: a
namespace: b
inputs:
  - id: day
    type: DATE
tasks:
  - id: fetch
    type: core.log.Log
  - id: clean
`;

function labels(text: string): string[] {
  return suggest(text, text.length, CATALOGUE)?.options.map((one) => one.label) ?? [];
}

describe("what the editor suggests", () => {
  test("keys of a flow stand at the left edge, keys of a task further in", () => {
    expect(labels(`${FLOW}tri`)).toContain("triggers: ");
    expect(labels(`${FLOW}    ti`)).toContain("timeout: ");
  });

  test("a type depends on where it is written", () => {
    expect(labels(`${FLOW}    type: core`)).toEqual(["core.log.Log"]);
    expect(labels("triggers:\n  - id: x\n    type: ")).toEqual(["core.trigger.Schedule"]);
    expect(labels("inputs:\n  - id: x\n    type: ")).toContain("DATE");
  });

  test("expressions know the names that the flow declares", () => {
    expect(labels(`${FLOW}    message: "{{ outputs.`)).toEqual(["fetch", "clean"]);
    expect(labels(`${FLOW}    message: "{{ inputs.d`)).toEqual(["day"]);
    expect(labels(`${FLOW}    message: "{{ o`)).toContain("outputs");
  });

  test("after a closed expression there is nothing to suggest", () => {
    expect(labels(`${FLOW}    message: "{{ a }} outputs.`)).toEqual([]);
  });

  test("declared ids end where the section ends", () => {
    expect(declaredIds(FLOW, "inputs")).toEqual(["day"]);
    expect(declaredIds(FLOW, "errors")).toEqual([]);
  });
});
