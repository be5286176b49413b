import { describe, expect, it } from "vitest";
import { difference, patterns, permissionTable, resourceName, toggled } from "./permissions";

const CATALOGUE = [
  "flow.view",
  "flow.edit",
  "flow.delete",
  "metric.view",
  "execution.kill",
  "execution.view",
];

describe("permissions", () => {
  it("stand in a table in the order of the verbs", () => {
    const table = permissionTable(CATALOGUE);
    expect(table.verbs).toEqual(["view", "edit", "kill", "delete"]);
    expect(table.rows.map((row) => row.resource)).toEqual(["flow", "metric", "execution"]);
    expect([...(table.rows[2]?.verbs ?? [])].sort()).toEqual(["kill", "view"]);
  });

  it("keep a verb that is new to the portal", () => {
    expect(permissionTable(["flow.view", "flow.approve"]).verbs).toEqual(["view", "approve"]);
  });

  it("become patterns where a resource is whole", () => {
    const chosen = new Set(["flow.view", "flow.edit", "flow.delete", "execution.view"]);
    expect(patterns(chosen, CATALOGUE)).toEqual(["flow.*", "execution.view"]);
    expect(patterns(new Set(CATALOGUE), CATALOGUE)).toEqual(["*"]);
    expect(patterns(new Set(), CATALOGUE)).toEqual([]);
  });

  it("bring the view along, and take the rest away with it", () => {
    const added = toggled(new Set(), "flow.edit", CATALOGUE);
    expect([...added].sort()).toEqual(["flow.edit", "flow.view"]);
    expect([...toggled(added, "flow.view", CATALOGUE)]).toEqual([]);
    expect([...toggled(added, "flow.edit", CATALOGUE)]).toEqual(["flow.view"]);
  });

  it("tell what a change adds and removes", () => {
    expect(difference(["flow.view", "flow.edit"], new Set(["flow.view", "metric.view"]))).toEqual({
      added: ["metric.view"],
      removed: ["flow.edit"],
    });
  });

  it("have names that people say", () => {
    expect(resourceName("flow")).toBe("Flows");
    expect(resourceName("policy")).toBe("Policies");
    expect(resourceName("serviceaccount")).toBe("Service accounts");
  });
});
