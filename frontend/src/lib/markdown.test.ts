import { describe, expect, test } from "vitest";
import { inline, parseMarkdown, safeHref } from "./markdown";

describe("Markdown", () => {
  test("blocks are told apart", () => {
    const kinds = parseMarkdown(
      "# Title\n\nText\nof two lines\n\n- a\n- b\n  - c\n\n1. one\n\n> said\n\n```sql\nselect 1\n```\n\n---\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    ).map((block) => block.kind);
    expect(kinds).toEqual([
      "heading",
      "paragraph",
      "list",
      "list",
      "quote",
      "code",
      "rule",
      "table",
    ]);
  });

  test("a list may hold a list", () => {
    const [list] = parseMarkdown("- a\n  - b\n- c");
    expect(list?.kind === "list" && list.items.map((item) => item.map((one) => one.kind))).toEqual([
      ["paragraph", "list"],
      ["paragraph"],
    ]);
  });

  test("words are marked", () => {
    expect(inline("a **b `c`** _d_ [e](https://x.org)").map((one) => one.kind)).toEqual([
      "text",
      "strong",
      "text",
      "em",
      "text",
      "link",
    ]);
  });

  test("names with underscores stay names", () => {
    expect(inline("read my_table_name now")).toEqual([
      { kind: "text", text: "read my_table_name now" },
    ]);
  });

  test.each([
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<a href='javascript:alert(1)'>x</a>",
  ])("HTML stays text: %s", (text) => {
    expect(JSON.stringify(parseMarkdown(text))).toContain(JSON.stringify(text).slice(1, -1));
    expect(parseMarkdown(text).every((block) => block.kind === "paragraph")).toBe(true);
  });

  test.each([
    "javascript:alert(1)",
    "JaVa\tScript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//evil.example",
    "/\\evil.example",
    "",
  ])("an address that could do harm is no address: %s", (href) => {
    expect(safeHref(href)).toBeUndefined();
    expect(inline(`[x](${href.replaceAll(" ", "")})`).some((one) => one.kind === "link")).toBe(
      false,
    );
  });

  test("texts made to be slow are read at once", () => {
    const began = performance.now();
    for (const text of [
      "*".repeat(5000),
      "[".repeat(5000),
      "> ".repeat(3000),
      "`".repeat(5000),
      "- ".repeat(3000),
    ])
      parseMarkdown(text);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
