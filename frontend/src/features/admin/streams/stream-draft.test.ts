import { describe, expect, it } from "vitest";
import type { AuditStream } from "@/api/audit-streams";
import { destination, draftOf, EMPTY, isWhole, lagWords, standing, wishOf } from "./stream-draft";

const SYSLOG: AuditStream = {
  id: "0192",
  name: "siem",
  kind: "SYSLOG",
  config: { host: "logs.example.com", port: 6514, transport: "TLS", facility: "audit" },
  enabled: true,
  seq: 10,
  lag: 0,
  failures: 0,
  error: "",
  nextAt: null,
  deliveredAt: null,
  deadLetters: 0,
  createdAt: "2026-11-01T00:00:00Z",
};

describe("a stream of the audit trail", () => {
  it("comes back as it was, without what nobody said", () => {
    expect(wishOf(draftOf(SYSLOG), false)).toEqual({
      name: "siem",
      kind: "SYSLOG",
      enabled: true,
      config: SYSLOG.config,
    });
  });

  it("says only of a new one where it begins", () => {
    const draft = { ...EMPTY, name: "siem", url: "https://siem.example.com", fromNow: true };
    expect(wishOf(draft, true)).toMatchObject({
      fromNow: true,
      config: { url: "https://siem.example.com" },
    });
    expect(wishOf(draft, false)).not.toHaveProperty("fromNow");
    expect(isWhole(draft)).toBe(true);
    expect(isWhole({ ...draft, kind: "SYSLOG" })).toBe(false);
  });

  it("stands as its worst trouble says", () => {
    expect(standing(SYSLOG)[0]).toBe("Up to date");
    expect(standing({ ...SYSLOG, lag: 3 })[0]).toBe("Catching up");
    expect(standing({ ...SYSLOG, lag: 3, deadLetters: 1 })[0]).toBe("Gaps");
    expect(standing({ ...SYSLOG, failures: 2, deadLetters: 1 })[0]).toBe("Failing");
    expect(standing({ ...SYSLOG, enabled: false, failures: 2 })[0]).toBe("Off");
  });

  it("says where it goes and how far behind it is", () => {
    expect(destination(SYSLOG)).toBe("logs.example.com:6514 over TLS");
    expect(lagWords({ lag: 1 })).toBe("1 entry behind");
    expect(lagWords({ lag: 1200 })).toBe("1,200 entries behind");
  });
});
