import { describe, expect, test } from "vitest";
import type { FlowInput } from "@/api/types";
import { curlLine } from "./curl";
import { firstValues, partsOf, problemOf, widgetOf } from "./form";

const input = (type: string, more: Partial<FlowInput> = {}): FlowInput => ({
  id: type.toLowerCase(),
  type,
  ...more,
});

describe("the form of a flow's inputs", () => {
  test("every type has a way to be asked for, and unknown ones are text", () => {
    const kinds = ["STRING", "INT", "BOOLEAN", "SELECT", "MULTISELECT", "ARRAY", "FILE", "JSON"];
    expect(kinds.map((type) => widgetOf(input(type)))).toEqual([
      "text",
      "number",
      "switch",
      "choice",
      "choices",
      "list",
      "file",
      "code",
    ]);
    expect(widgetOf(input("TOMORROW"))).toBe("text");
  });

  test("defaults fill the form in the shape of their type", () => {
    const values = firstValues([
      input("INT", { defaults: 3 }),
      input("BOOLEAN", { defaults: "true" }),
      input("MULTISELECT", { defaults: ["a"] }),
      input("JSON", { defaults: { a: 1 } }),
    ]);
    expect(values).toEqual({
      int: "3",
      boolean: true,
      multiselect: ["a"],
      json: '{\n  "a": 1\n}',
    });
  });

  test("a default that is an expression is left to the server", () => {
    const inputs = [input("STRING", { defaults: "{{ now() }}" })];
    const values = firstValues(inputs);
    expect(partsOf(inputs, values)).toEqual([]);
    expect(problemOf(inputs[0] as FlowInput, values.string)).toBeUndefined();
  });

  test("what is sent is text, lists as JSON, files as files, in the order of the inputs", () => {
    const file = new File(["x"], "x.csv");
    const inputs = [input("FILE"), input("BOOLEAN"), input("ARRAY"), input("STRING")];
    const values = { string: "s", array: ["1", "2"], boolean: false, file };
    expect(partsOf(inputs, values)).toEqual([
      ["file", file],
      ["boolean", "false"],
      ["array", '["1","2"]'],
      ["string", "s"],
    ]);
  });

  test("a moment is sent as an instant, wherever the browser is", () => {
    const [part] = partsOf([input("DATETIME")], { datetime: "2026-11-21T05:00:00" });
    expect(part?.[1]).toBe(new Date("2026-11-21T05:00:00").toISOString());
  });

  test.each([
    [input("STRING"), undefined, "Needs a value"],
    [input("STRING", { required: false }), undefined, undefined],
    [input("INT"), "1.5", "A whole number"],
    [input("INT", { min: 3 }), "2", "At least 3"],
    [input("INT", { min: 3 }), "3", undefined],
    [input("FLOAT", { max: 1 }), "1.01", "At most 1"],
    [input("EMAIL"), "nobody", "An e-mail address"],
    [input("DURATION"), "15 minutes", "An ISO duration, such as PT15M"],
    [input("DURATION"), "P1DT2H", undefined],
    [input("STRING", { validator: "[a-z]+" }), "a1", "Must match [a-z]+"],
    [input("STRING", { validator: "(?<broken" }), "a1", undefined],
  ])("%o with %o: %o", (field, value, problem) => {
    expect(problemOf(field, value)).toBe(problem);
  });
});

describe("the same as a curl line", () => {
  test("it quotes for the shell, names files, and never shows a secret", () => {
    const line = curlLine({
      origin: "http://localhost:8080",
      path: "/api/v1/main/executions/a/b",
      labels: ["team:data"],
      parts: [
        ["name", "it's me"],
        ["api.key", "hunter2"],
        ["file", new File([""], "my data.csv")],
      ],
      secrets: new Set(["api.key"]),
    });
    expect(line.split(" \\\n  ")).toEqual([
      "curl -X POST 'http://localhost:8080/api/v1/main/executions/a/b?labels=team%3Adata'",
      '-H "Authorization: Bearer $DOWNBEAT_TOKEN"',
      "--form-string 'name=it'\\''s me'",
      '--form-string "api.key=$API_KEY"',
      "--form 'file=@my data.csv'",
    ]);
  });
});
