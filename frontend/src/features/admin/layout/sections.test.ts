import { describe, expect, it } from "vitest";
import type { Rights } from "@/api/rights";
import { sectionsFor } from "./sections";

function rights(change: Partial<Rights>): Rights {
  return {
    somewhere: new Set(),
    everywhere: new Set(),
    instance: false,
    superAdmin: false,
    known: true,
    ...change,
  };
}

const labels = (given: Rights) =>
  sectionsFor(given).flatMap((group) => group.sections.map((section) => section.label));

describe("sections of administration", () => {
  it("are none without a right", () => {
    expect(sectionsFor(rights({}))).toEqual([]);
  });

  it("are those of one namespace for its admin: not the trail, not the explorer", () => {
    const held = new Set(["user.view", "binding.view", "audit.view"]);
    expect(labels(rights({ somewhere: held }))).toEqual(["Users", "Invitations", "Bindings"]);
    expect(labels(rights({ somewhere: held, everywhere: held }))).toContain("Audit");
  });

  it("are those of the instance for who manages it", () => {
    expect(sectionsFor(rights({ instance: true })).map((group) => group.label)).toEqual([
      "Instance",
    ]);
    expect(labels(rights({ instance: true }))).toContain("Tenants");
  });
});
