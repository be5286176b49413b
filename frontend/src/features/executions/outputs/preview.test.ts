import { describe, expect, test } from "vitest";
import type { FilePreview } from "@/api/executions";
import { previewOf } from "./preview";

const file = (more: Partial<FilePreview>): FilePreview => ({
  type: "TEXT",
  extension: "txt",
  truncated: false,
  content: "",
  ...more,
});

describe("looking into a file", () => {
  test("records are a table over all their names", () => {
    const content = [
      { a: 1, c: { d: true } },
      { b: "t", a: null },
    ];
    expect(previewOf(file({ type: "LIST", content }))).toEqual({
      kind: "table",
      columns: [
        { name: "a", numeric: true },
        { name: "c", numeric: false },
        { name: "b", numeric: false },
      ],
      rows: [
        ["1", '{"d":true}', ""],
        ["", "", "t"],
      ],
    });
  });

  test("a list of other things is text, line by line", () => {
    const content = ["plain", 3, { a: 1 }];
    expect(previewOf(file({ type: "LIST", content }))).toEqual({
      kind: "text",
      text: 'plain\n3\n{"a":1}',
    });
  });

  test("JSON is set in lines, and what is not JSON is shown as it is", () => {
    const json = (content: string) => previewOf(file({ extension: "json", content }));
    expect(json('{"a":1}')).toEqual({ kind: "text", text: '{\n  "a": 1\n}' });
    expect(json("{")).toEqual({ kind: "text", text: "{" });
  });

  test("a picture is a picture of its kind", () => {
    expect(previewOf(file({ type: "IMAGE", extension: "svg", content: "PHN2Zz4=" }))).toEqual({
      kind: "image",
      source: "data:image/svg+xml;base64,PHN2Zz4=",
    });
  });

  test("bytes that are no text are not shown as text", () => {
    for (const content of ["PK\u0000", "\ufffdPNG\r\n\u001a\n", "\ufffd\ufffda"])
      expect(previewOf(file({ content }))).toEqual({ kind: "binary" });
    const old = "Grün wird zu Gr\ufffdn";
    expect(previewOf(file({ content: old }))).toEqual({ kind: "text", text: old });
  });
});
