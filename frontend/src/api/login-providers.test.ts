import { expect, test } from "vitest";
import { type ProviderButton, refusalInWords, startAddress, tenantOf } from "./login-providers";

const button: ProviderButton = {
  name: "idp",
  displayName: "Our directory",
  type: "OIDC",
  startUrl: "/api/v1/acme/sso/idp/start",
  suggested: false,
};

test("the button remembers the page to open afterwards", () => {
  expect(startAddress(button, undefined)).toBe("/api/v1/acme/sso/idp/start");
  expect(startAddress(button, "/acme/flows?q=a&b")).toBe(
    "/api/v1/acme/sso/idp/start?next=%2Facme%2Fflows%3Fq%3Da%26b",
  );
});

test("a page inside the portal names its tenant", () => {
  expect(tenantOf("/acme/flows")).toBe("acme");
  expect(tenantOf("/acme")).toBe("acme");
  expect(tenantOf("/acme?x=1")).toBe("acme");
  expect(tenantOf("/Not a tenant/flows")).toBeUndefined();
  expect(tenantOf(undefined)).toBeUndefined();
});

test("a refusal is said in words, and an unknown one with its code", () => {
  expect(refusalInWords("identity.link_needed")).toContain("password");
  expect(refusalInWords("person.shut_out")).toContain("administrator");
  expect(refusalInWords("token.nonce")).toContain("token.nonce");
});
