import { describe, expect, it } from "vitest";
import type { Assignment } from "@/api/principals";
import { effective, permissionName, reaches } from "./effective";

function role(namespace: string | null, permissions: Record<string, string[]>): Assignment {
  return {
    id: "1",
    name: "Any",
    namespace,
    origin: "BINDING",
    sourceId: "2",
    permissions: Object.entries(permissions).map(([resource, actions]) => ({ resource, actions })),
  };
}

describe("effective rights", () => {
  it("flow down the namespaces, and not beside them", () => {
    expect(reaches("company", "company.team")).toBe(true);
    expect(reaches("company", "company")).toBe(true);
    expect(reaches("company", "companyb")).toBe(false);
    expect(reaches("company.team", "company")).toBe(false);
    expect(reaches(null, undefined)).toBe(true);
    expect(reaches("company", undefined)).toBe(false);
  });

  it("add up", () => {
    const roles = [role(null, { FLOW: ["VIEW"] }), role("company", { FLOW: ["UPDATE"] })];
    expect([...effective(roles, "company.team")]).toEqual(["flow.view", "flow.edit"]);
    expect([...effective(roles, undefined)]).toEqual(["flow.view"]);
  });

  it("are named as everywhere else in the portal", () => {
    expect(permissionName("KVSTORE", "UPDATE")).toBe("kv.edit");
    expect(permissionName("AUDITLOG", "VIEW")).toBe("audit.view");
  });
});
