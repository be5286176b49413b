import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { declaredIds } from "./names";
import type { Schema } from "./schema";
import { suggest } from "./suggest";

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

  test("variables, labels and states of tasks are known, and what the platform tells", () => {
    const text = `variables:\n  size: 1\n  deep:\n    inner: 2\nlabels:\n  team: data\n${FLOW}    message: "{{ `;
    expect(labels(`${text}vars.`)).toEqual(["size", "deep"]);
    expect(labels(`${text}labels.`)).toEqual(["team"]);
    expect(labels(`${text}tasks.fetch.`)).toEqual(["state"]);
    expect(labels(`${text}taskrun.`)).toContain("value");
    expect(labels(`${text}inputs.day | da`)).toContain("date('yyyy-MM-dd')");
  });

  test("with the schema, keys are those of the type that are not there yet", () => {
    const text = `${FLOW}    type: core.log.Log\n    `;
    expect(withSchema(text)).toEqual(expect.arrayContaining(["message: ", "level: "]));
    expect(withSchema(text)).not.toContain("type: ");
    expect(withSchema(text)).not.toContain("cron: ");
    expect(withSchema(`${FLOW}sl`)).toContain("sla: ");
  });

  test("with the schema, values that can be counted are offered", () => {
    const text = `${FLOW}    type: core.log.Log\n`;
    expect(withSchema(`${text}    level: `)).toEqual(expect.arrayContaining(["INFO", "WARN"]));
    expect(withSchema(`${text}    disabled: `)).toEqual(["true", "false"]);
    expect(withSchema(`${text}    message: `)).toEqual([]);
  });
});

const SCHEMA: Schema = JSON.parse(readFileSync("../docs/reference/flow.schema.json", "utf-8"));

function withSchema(text: string): string[] {
  const known = { ...CATALOGUE, schema: SCHEMA };
  return suggest(text, text.length, known)?.options.map((one) => one.label) ?? [];
}
