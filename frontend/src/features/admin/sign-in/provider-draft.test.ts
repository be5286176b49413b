import { describe, expect, it } from "vitest";
import type { KnownProvider } from "@/api/sign-in";
import { certificatesIn, draftOf, EMPTY, pairs, wishOf } from "./provider-draft";

const ONE = "-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----";

describe("identity providers", () => {
  it("are written as the API takes them, without a secret that was not typed", () => {
    const wish = wishOf({
      ...EMPTY,
      name: "okta",
      issuer: "https://login.example.com",
      clientId: "downbeat",
      domains: "example.com, example.org",
      groupMapping: "cn=data,dc=example = Data platform\nnothing",
      requiredClaims: "department = data, finance",
    });
    expect(wish.displayName).toBe("okta");
    expect(wish.domains).toEqual(["example.com", "example.org"]);
    expect(wish.saml).toBeNull();
    expect(wish).not.toHaveProperty("clientSecret");
    expect(wish.rules.groupMapping).toEqual({ "cn=data,dc=example": "Data platform" });
    expect(wish.rules.requiredClaims).toEqual({ department: ["data", "finance"] });
  });

  it("keep what the form does not show", () => {
    const known = {
      name: "okta",
      displayName: "Okta",
      type: "OIDC",
      enabled: true,
      position: 3,
      domains: [],
      rules: { ...EMPTY.rest.rules, sessionHours: 8, groupMapping: { a: "A" }, requiredClaims: {} },
      oidc: { issuer: "https://x", clientId: "c", algorithms: ["ES256"] },
      saml: null,
    } as unknown as KnownProvider;
    const wish = wishOf(draftOf(known));
    expect(wish.oidc).toEqual({ issuer: "https://x", clientId: "c", algorithms: ["ES256"] });
    expect(wish.rules.sessionHours).toBe(8);
    expect(wish.rules.groupMapping).toEqual({ a: "A" });
    expect(wish.position).toBe(3);
  });

  it("may have several certificates", () => {
    expect(certificatesIn(`${ONE}\n\n${ONE}`)).toEqual([ONE, ONE]);
    expect(certificatesIn(" AAA ")).toEqual(["AAA"]);
    expect(certificatesIn("")).toEqual([]);
  });

  it("split a mapping at its last equals sign", () => {
    expect(pairs("a=b=c\n=x\ny=")).toEqual({ "a=b": "c" });
  });
});
