import { describe, expect, it } from "vitest";
import { scopeWords, standing } from "./scopes";

const NOW = Date.parse("2026-03-01T12:00:00Z");

describe("tokens", () => {
  it("warn two weeks before they end", () => {
    expect(standing("2026-03-01T12:00:00Z", NOW)).toBe("expired");
    expect(standing("2026-03-14T12:00:00Z", NOW)).toBe("expires soon");
    expect(standing("2026-03-16T12:00:00Z", NOW)).toBe("valid");
  });

  it("say their scopes shortly", () => {
    expect(scopeWords([])).toBe("Everything the owner may");
    expect(scopeWords(["*"])).toBe("Everything the owner may");
    expect(scopeWords(["flow.*", "log.view"])).toBe("flow.*, log.view");
    expect(scopeWords(["a.*", "b.*", "c.*", "d.*", "e.*"])).toBe("a.*, b.*, c.* and 2 more");
  });
});
