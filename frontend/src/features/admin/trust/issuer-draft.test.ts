import { describe, expect, it } from "vitest";
import type { TrustedIssuer } from "@/api/trusted-issuers";
import { draftOf, EMPTY, inWords, isWhole, wishOf } from "./issuer-draft";

const STORED: TrustedIssuer = {
  id: "0192",
  name: "GitHub: deploy",
  description: "",
  enabled: true,
  issuer: "https://token.actions.githubusercontent.com",
  jwksUrl: "",
  keys: null,
  audiences: ["https://downbeat.example.com"],
  conditions: [
    { claim: "repository_id", equals: "123456789" },
    { claim: "runner", in: ["a", "b"] },
    { claim: "sub", matches: "repo:acme/*:ref:**" },
    { claim: "verified", equals: true },
    { claim: "level", in: [1, "2"] },
  ],
  algorithms: ["RS256"],
  serviceAccount: "0193",
  scopes: ["flow.*"],
  maxLifetime: "PT3600S",
  singleUse: false,
  createdAt: "2026-11-01T00:00:00Z",
  updatedAt: "2026-11-01T00:00:00Z",
  lastUsedAt: null,
};

describe("a trusted issuer as a draft", () => {
  it("comes back with every condition as it was, texts and numbers apart", () => {
    const wish = wishOf(draftOf(STORED));
    expect(wish.conditions).toEqual(STORED.conditions);
    expect(wish.maxLifetime).toBe("PT60M");
    expect(wish.keys).toBeNull();
  });

  it("keeps a number that was typed as a text: the common issuers write ids so", () => {
    const draft = {
      ...EMPTY,
      conditions: [{ claim: "project_id", test: "equals" as const, value: "20" }],
    };
    expect(wishOf(draft).conditions).toEqual([{ claim: "project_id", equals: "20" }]);
  });

  it("leaves out a condition without a value, and is not whole without any", () => {
    expect(wishOf(EMPTY).conditions).toEqual([]);
    expect(isWhole(draftOf(STORED))).toBe(true);
    expect(isWhole({ ...draftOf(STORED), conditions: EMPTY.conditions })).toBe(false);
  });

  it("sends written keys alone, and what is no JSON as no key", () => {
    const written = { ...draftOf(STORED), keySource: "written" as const, keys: '{"keys": []}' };
    expect(wishOf({ ...written, jwksUrl: "https://x.example" }).jwksUrl).toBe("");
    expect(wishOf({ ...written, keys: "oops" }).keys).toEqual({ keys: [] });
  });

  it("says a condition as a sentence", () => {
    expect(STORED.conditions.map(inWords)).toEqual([
      "repository_id is 123456789",
      "runner is one of a, b",
      "sub matches repo:acme/*:ref:**",
      "verified is true",
      "level is one of 1, 2",
    ]);
  });
});
