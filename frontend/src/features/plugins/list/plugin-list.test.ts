import { describe, expect, test } from "vitest";
import type { CatalogueType } from "@/api/plugins";
import { matching } from "./plugin-list";

const type = (cls: string, title: string, kind: CatalogueType["kind"] = "task"): CatalogueType => ({
  cls,
  title,
  kind,
  group: "core",
  deprecated: false,
});
const ALL = [
  type("io.kestra.plugin.core.http.Request", "Asks a web service"),
  type("io.kestra.plugin.core.http.Trigger", "Starts when a service answers", "trigger"),
  type("io.kestra.plugin.core.log.Log", "Writes a line"),
];

describe("searching types", () => {
  test("every word counts, in the name or the purpose", () => {
    expect(matching(ALL, "HTTP service", undefined)).toHaveLength(2);
    expect(matching(ALL, "http line", undefined)).toHaveLength(0);
  });

  test("a kind narrows", () => {
    expect(matching(ALL, undefined, "trigger").map((one) => one.kind)).toEqual(["trigger"]);
    expect(matching(ALL, undefined, undefined)).toHaveLength(3);
  });
});
