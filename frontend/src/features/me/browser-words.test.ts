import { describe, expect, it } from "vitest";
import { browserWords } from "./browser-words";

const CHROME = "(KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

describe("a browser in words", () => {
  it.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    [`Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 ${CHROME}`, "Chrome on Windows"],
    [`Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 ${CHROME} Edg/141.0`, "Edge on Windows"],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Safari/604.1",
      "Safari on iPhone",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1 Version/18.0 Safari/605.1",
      "Safari on macOS",
    ],
    ["curl/8.5.0", "curl/8.5.0"],
    ["", "Unknown browser"],
  ])("%s", (agent, words) => {
    expect(browserWords(agent)).toBe(words);
  });
});
