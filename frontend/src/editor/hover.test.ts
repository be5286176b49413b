// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { explanation, facts } from "./hover";
import type { KeyInfo } from "./schema";

const LEVEL: KeyInfo = {
  name: "level",
  type: "one of INFO, WARN",
  required: false,
  dynamic: true,
  deprecated: false,
  default: '"INFO"',
  description: "<b>How</b> loud it is.",
  values: ["INFO", "WARN"],
};

describe("what is told about a key", () => {
  test("its type, its default and whether expressions are read", () => {
    expect(facts(LEVEL)).toBe('one of INFO, WARN · default "INFO" · takes expressions');
    expect(facts({ ...LEVEL, required: true, default: undefined })).toContain("needed");
  });

  test("words of the schema are shown as text, never as markup", () => {
    const shown = explanation(LEVEL);
    expect(shown.textContent).toContain("<b>How</b> loud it is.");
    expect(shown.querySelector("b")).toBeNull();
  });
});
