import { describe, expect, it } from "vitest";
import type { Policy } from "@/api/policies";
import {
  draftOf,
  draftOfInstance,
  EMPTY,
  instanceWishOf,
  rulesOf,
  saysSomething,
  wishOf,
} from "./policy-draft";

const FULL: Policy = {
  id: "0192",
  name: "Freeze",
  description: "No change over the holidays.",
  scope: "NAMESPACE",
  namespace: "company.prod",
  effect: "DENY",
  mode: "ENFORCE",
  on: ["SAVE"],
  rules: {
    taskTypes: ["scripts.shell.*"],
    labels: { team: "*", env: "prod" },
    window: {
      timezone: "Europe/Berlin",
      hours: [{ days: ["MON"], from: "09:00", to: "17:00" }],
      spans: [{ from: "2026-12-20T00:00:00Z", to: "2027-01-04T00:00:00Z" }],
    },
    condition: "{{ inputs.rows > 1000 }}",
    approval: true,
  },
};

describe("a policy as a draft", () => {
  it("comes back as it was", () => {
    const { id: _id, scope: _scope, ...wish } = FULL;
    expect(wishOf(draftOf(FULL))).toEqual(wish);
  });

  it("comes back as it was when the instance has set it", () => {
    const { scope: _scope, namespace: _place, ...rest } = FULL;
    const { id: _id, ...wish } = { ...rest, tenants: ["team-*"] };
    expect(instanceWishOf(draftOfInstance({ ...rest, tenants: ["team-*"] }))).toEqual(wish);
    expect(instanceWishOf(draftOfInstance({ ...rest, tenants: null })).tenants).toBeNull();
  });

  it("begins as one that only tries itself", () => {
    expect(EMPTY.mode).toBe("EVALUATE");
    expect(saysSomething(EMPTY)).toBe(false);
  });

  it("leaves out what is not said", () => {
    expect(rulesOf({ ...EMPTY, images: ["*:latest"] })).toEqual({ images: ["*:latest"] });
  });

  it("reads labels line by line, and a key alone as any value", () => {
    expect(rulesOf({ ...EMPTY, labels: "team\n\nenv = a=b" })).toEqual({
      labels: { team: "*", env: "a=b" },
    });
  });

  it("drops a span that has no end yet", () => {
    expect(saysSomething({ ...EMPTY, spans: [{ from: "2026-12-20T00:00", to: "" }] })).toBe(false);
  });
});
