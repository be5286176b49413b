import { describe, expect, it } from "vitest";
import type { AuditLog } from "@/api/audit";
import { fieldChanges, objectName, sentence, typeTone, typeWords } from "./words";

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

describe("the object of an entry", () => {
  const ID = "01a2084d-87c2-73c9-abe0-a292c06cfff6";
  const named = (detail: object, after: object | null = null, before: object | null = null) =>
    objectName({ detail, after, before } as AuditLog);

  it("is its id where that is a name", () => expect(named({ id: "daily" })).toBe("daily"));

  it("is the name that it has, or had", () => {
    expect(named({ id: ID }, { name: "terraform" })).toBe("terraform");
    expect(named({ id: ID }, null, { name: "terraform" })).toBe("terraform");
    expect(named({ id: ID, key: "gpu" })).toBe("gpu");
    expect(named({ id: ID }, { kind: "LOG_BYTES_PER_DAY" })).toBe("log bytes per day");
    expect(named({ id: ID }, { role: "Editor", roleId: ID })).toBe("role Editor");
  });

  it("is the path of a file, and how many were acted on at once", () => {
    expect(named({ id: "main", query: { path: ["sql/orders.sql"] } })).toBe("sql/orders.sql");
    expect(named({ id: "main", objects: [ID, ID] })).toBe("2 at once");
    expect(named({ id: "main", objects: [ID] })).toBe("…c06cfff6");
  });

  it("is the end of its id where nothing names it", () => {
    expect(named({ id: ID })).toBe("…c06cfff6");
    expect(named({})).toBeUndefined();
  });

  it("is of a kind that has a word", () => expect(sentence("KVSTORE")).toBe("key-value store"));
});
