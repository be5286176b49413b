import { describe, expect, test } from "vitest";
import { ancestorsOf, branchesOf } from "./branches";

const IDS = ["company", "company-b", "company.data", "company.data.raw", "other.deep.place"];

describe("the tree of namespaces", () => {
  test("children stand below their parent, in its order", () => {
    expect(branchesOf(IDS).map((one) => [one.name, one.depth, one.parent])).toEqual([
      ["company", 0, true],
      ["data", 1, true],
      ["raw", 2, false],
      ["company-b", 0, false],
      ["other.deep.place", 0, false],
    ]);
  });

  test("what is closed hides all below it", () => {
    const shown = branchesOf(IDS, "", new Set(["company"])).map((one) => one.id);
    expect(shown).toEqual(["company", "company-b", "other.deep.place"]);
  });

  test("a search shows what matches and the way to it", () => {
    expect(branchesOf(IDS, "RAW").map((one) => one.id)).toEqual([
      "company",
      "company.data",
      "company.data.raw",
    ]);
  });

  test("ancestors are every beginning of the path", () => {
    expect(ancestorsOf("a.b.c")).toEqual(["a", "a.b"]);
  });
});
