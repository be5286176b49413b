import { describe, expect, test } from "vitest";
import type { FlowInput } from "@/api/types";
import { changedInputs, valuesFrom } from "./inputs";

const input = (id: string, type: string): FlowInput => ({ id, type });
const INPUTS = [
  input("name", "STRING"),
  input("full", "BOOLEAN"),
  input("rows", "INT"),
  input("tags", "MULTISELECT"),
  input("data", "JSON"),
  input("file", "FILE"),
  input("token", "SECRET"),
];

describe("the inputs of a replay", () => {
  test("the old values stand in the form, files and secrets do not", () => {
    const old = {
      name: "a",
      full: true,
      rows: 3,
      tags: ["x"],
      data: { a: 1 },
      file: "downbeat:///x",
      token: "***",
    };
    expect(valuesFrom(INPUTS, old)).toEqual({
      name: "a",
      full: true,
      rows: "3",
      tags: ["x"],
      data: '{\n  "a": 1\n}',
      file: undefined,
      token: undefined,
    });
  });

  test("only what was changed is sent", () => {
    expect(changedInputs(INPUTS, { rows: "4" }).map((one) => one.id)).toEqual(["rows"]);
    expect(changedInputs(INPUTS, {})).toEqual([]);
  });
});
