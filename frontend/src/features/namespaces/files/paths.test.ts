import { describe, expect, test } from "vitest";
import { cleanPath, foldersOf, isBinary, joined } from "./paths";

describe("paths of files", () => {
  test("a folder and a name make a path", () => {
    expect(joined("/", "a.txt")).toBe("/a.txt");
    expect(joined("/scripts", "a.txt")).toBe("/scripts/a.txt");
  });

  test("every folder on the way is opened", () => {
    expect(foldersOf("/a/b/c.txt")).toEqual(["/", "/a", "/a/b"]);
    expect(foldersOf("/c.txt")).toEqual(["/"]);
  });

  test("what is typed stays inside", () => {
    expect(cleanPath(" scripts//run.py ")).toBe("/scripts/run.py");
    expect(cleanPath("../secret")).toBeUndefined();
    expect(cleanPath("  /  ")).toBeUndefined();
  });

  test("bytes are told from text", () => {
    expect(isBinary("a\u0000b")).toBe(true);
    expect(isBinary("é ü 漢")).toBe(false);
  });
});
