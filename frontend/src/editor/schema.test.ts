import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { placeAt } from "./place";
import { explain, keysOf, type Schema } from "./schema";

// The schema that the server answers, as it is committed.
const SCHEMA: Schema = JSON.parse(readFileSync("../docs/reference/flow.schema.json", "utf-8"));
const FLOW = `id: a
namespace: b
inputs:
  - id: day
    type: SELECT
tasks:
  - id: say
    type: core.log.Log
    level: INFO
    retry:
      type: exponential
      interval: PT1S
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    tasks:
      - id: in
        type: core.debug.Return
triggers:
  - id: daily
    type: core.trigger.Schedule
    cron: x
`;

const keys = (words: string) =>
  keysOf(SCHEMA, placeAt(FLOW, FLOW.indexOf(words) + 1).block).map((one) => one.name);
const meaning = (words: string) => explain(SCHEMA, placeAt(FLOW, FLOW.indexOf(words) + 1));

describe("what the schema says of a place", () => {
  test("keys of a flow, of a task, of an input and of a trigger", () => {
    expect(keys("namespace")).toEqual(expect.arrayContaining(["tasks", "sla", "afterExecution"]));
    expect(keys("level")).toEqual(expect.arrayContaining(["message", "level", "runIf"]));
    expect(keys("level")).not.toContain("cron");
    expect(keys("type: SELECT")).toEqual(expect.arrayContaining(["values", "allowCustomValue"]));
    expect(keys("cron")).toEqual(expect.arrayContaining(["cron", "timezone"]));
  });

  test("keys of a block inside a task, and of a task inside a task", () => {
    expect(keys("interval")).toEqual(expect.arrayContaining(["maxInterval", "delayFactor"]));
    expect(keys("type: core.debug")).toContain("format");
    expect(keys("id: each")).toContain("concurrencyLimit");
  });

  test("what is needed comes first", () => {
    expect(keys("level").slice(0, 3).sort()).toEqual(["id", "message", "type"]);
  });

  test("a key is explained with its type, its default and its values", () => {
    const found = meaning("level:");
    expect(found).toMatchObject({ name: "level", default: '"INFO"', dynamic: true });
    expect(found?.values).toContain("WARN");
    expect(found?.type).toContain("one of TRACE");
  });

  test("a type is explained by what it does", () => {
    expect(meaning("type: core.log")?.description).toBeTruthy();
  });

  test("an unknown key means nothing", () => {
    const text = FLOW.replace("level:", "lefel:");
    expect(explain(SCHEMA, placeAt(text, text.indexOf("lefel") + 1))).toBeUndefined();
  });
});
