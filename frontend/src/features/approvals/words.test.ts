import { describe, expect, test } from "vitest";
import { lacksOnlyApproval } from "@/api/approvals";
import { ApiProblem } from "@/api/client";
import { isOver, whatIsAsked } from "./words";

const NOW = Date.parse("2026-03-01T12:00:00Z");
const refusal = (...codes: string[]) =>
  new ApiProblem(422, {
    code: "policy.refused",
    detail: "no",
    errors: codes.map((code) => ({ code, message: "" })),
  });

describe("a request for agreement", () => {
  test("is open for a day and never over once it is decided against or used", () => {
    const expiresAt = "2026-03-01T11:59:59Z";
    expect(isOver({ state: "PENDING", expiresAt }, NOW)).toBe(true);
    expect(isOver({ state: "APPROVED", expiresAt }, NOW)).toBe(true);
    expect(isOver({ state: "USED", expiresAt }, NOW)).toBe(false);
    expect(isOver({ state: "PENDING", expiresAt: "2026-03-01T12:00:01Z" }, NOW)).toBe(false);
  });

  test("says what it is about", () => {
    expect(whatIsAsked({ kind: "SAVE", flowId: "load" })).toBe("Save load");
    expect(whatIsAsked({ kind: "START", flowId: "load" })).toBe("Start load");
  });

  test("helps only where nothing else is in the way", () => {
    expect(lacksOnlyApproval(refusal("policy.approval"))).toBe(true);
    expect(lacksOnlyApproval(refusal("policy.approval", "policy.label"))).toBe(false);
    expect(lacksOnlyApproval(refusal())).toBe(false);
    expect(lacksOnlyApproval(new Error("no"))).toBe(false);
    expect(lacksOnlyApproval(null)).toBe(false);
  });
});
