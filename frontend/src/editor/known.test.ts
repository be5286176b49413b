import { describe, expect, test } from "vitest";
import { flowIdOf, namespaceOf, usedOutputs } from "./names";
import { type Catalogue, suggest } from "./suggest";

const KNOWN: Catalogue = {
  tasks: [],
  triggers: [],
  outputs: new Map([["core.http.Request", ["body", "code", "headers"]]]),
  secrets: ["API_TOKEN", "DB_PASSWORD"],
  pairs: ["watermark"],
};
const FLOW = `id: a
namespace: company.team
tasks:
  - id: group
    type: core.flow.Parallel
    tasks:
      - id: ask
        type: io.kestra.plugin.core.http.Request
        uri: x
  - {id: brief, type: core.http.Request, uri: y}
  - id: tell
    type: core.log.Log
    message: "`;

const labels = (typed: string) =>
  suggest(FLOW + typed, FLOW.length + typed.length, KNOWN)?.options.map((one) => one.label);

describe("what the editor knows of the flow's surroundings", () => {
  test("the outputs of a task are those of its type, however deep it stands", () => {
    expect(labels("{{ outputs.ask.")).toEqual(["body", "code", "headers"]);
    expect(labels("{{ outputs.brief.b")).toEqual(["body", "code", "headers"]);
    expect(labels("{{ outputs.tell.")).toBeUndefined();
  });

  test("what a task left last time is completed too, as deep as it went", () => {
    const left = new Map([["tell", { rows: [1], sums: { total: 3, "by day": 1 }, empty: null }]]);
    const seen = (typed: string) =>
      suggest(FLOW + typed, FLOW.length + typed.length, { ...KNOWN, left })?.options.map(
        (one) => one.label,
      );
    expect(seen("{{ outputs.tell.")).toEqual(["rows", "sums", "empty"]);
    expect(seen("{{ outputs.tell.sums.")).toEqual(["total"]);
    expect(seen("{{ outputs.tell.rows.")).toBeUndefined();
    expect(seen("{{ outputs.tell.empty.")).toBeUndefined();
    expect(seen("{{ outputs.ask.")).toEqual(["body", "code", "headers"]);
  });

  test("the source says whose outputs are asked for, and of which flow", () => {
    expect(flowIdOf(FLOW)).toBe("a");
    expect(usedOutputs("{{ outputs.a.x }} {{ outputs.b-c }} {{ outputs.a.y }}")).toEqual([
      "a",
      "b-c",
    ]);
  });

  test("secrets and keys are completed inside their quotes", () => {
    expect(labels("{{ secret('A")).toEqual(["API_TOKEN", "DB_PASSWORD"]);
    expect(labels('{{ kv("')).toEqual(["watermark"]);
  });

  test("the namespace of a source is read for what it can use", () => {
    expect(namespaceOf(FLOW)).toBe("company.team");
  });
});
