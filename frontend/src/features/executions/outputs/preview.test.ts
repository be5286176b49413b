import { describe, expect, test } from "vitest";
import { parseCsv, previewOf } from "./preview";

describe("looking into a file", () => {
  test("a CSV is a table, with quotes read as they are meant", () => {
    expect(parseCsv('a,b\r\n"x, ""y""","two\nlines"\n1,\n')).toEqual([
      ["a", "b"],
      ['x, "y"', "two\nlines"],
      ["1", ""],
    ]);
  });

  test("JSON lines are a table over all keys, and a cut last line does not spoil it", () => {
    expect(previewOf("x.jsonl", '{"a":1}\n{"b":"t"}\n{"a":')).toEqual({
      kind: "table",
      columns: ["a", "b"],
      rows: [
        ["1", ""],
        ["", "t"],
      ],
    });
  });

  test("JSON is set in lines, and what is not JSON is shown as it is", () => {
    expect(previewOf("x.json", '{"a":1}')).toEqual({ kind: "text", text: '{\n  "a": 1\n}' });
    expect(previewOf("x.json", "{")).toEqual({ kind: "text", text: "{" });
  });

  test("bytes that are no text are not shown as text", () => {
    expect(previewOf("x.parquet", "PAR1\u0000")).toEqual({ kind: "binary" });
  });
});
