import { describe, expect, it } from "vitest";
import { fieldChanges, typeTone, typeWords } from "./words";

describe("entries of the trail", () => {
  it("show only the fields that changed", () => {
    const before = { name: "a", size: 1, gone: true };
    const changes = fieldChanges(before, { name: "b", size: 1, new: [1] });
    expect(changes.map(({ field, kind }) => [field, kind])).toEqual([
      ["gone", "removed"],
      ["name", "changed"],
      ["new", "added"],
    ]);
    expect(changes[1]).toMatchObject({ before: "a", after: "b" });
    expect(changes[2]?.after).toBe("[\n  1\n]");
  });

  it("show everything of what was made or deleted", () => {
    expect(fieldChanges(null, { name: "a" })).toEqual([
      { field: "name", kind: "added", before: "", after: "a" },
    ]);
    expect(fieldChanges({ name: "a" }, null)[0]?.kind).toBe("removed");
    expect(fieldChanges(null, null)).toEqual([]);
  });

  it("tell a value that is empty from one that was not there", () => {
    expect(fieldChanges({}, { note: null })).toHaveLength(1);
    expect(fieldChanges({ note: null }, { note: null })).toEqual([]);
  });

  it("say a type that the portal does not know yet", () => {
    expect(typeWords("TOKEN_ROTATED")).toBe("token rotated");
    expect(typeTone("TOKEN_ROTATED")).toBe("neutral");
    expect(typeWords("DENIED")).toBe("Refused");
  });
});
