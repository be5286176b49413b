import { describe, expect, test } from "vitest";
import { executionsSearch, flowsSearch, loginSearch, logsSearch } from "./search";

describe("search parameters", () => {
  test("what a page wrote into the URL is what it reads back", () => {
    const search = {
      q: "sales",
      namespace: "company.data",
      labels: ["team:data"],
      page: 3,
      states: ["RUNNING", "FAILED"],
      range: "PT24H",
    };
    expect(executionsSearch(search)).toEqual(search);
  });

  test("nonsense in the URL is left out and breaks nothing", () => {
    const raw = { page: "-1", size: "a lot", states: ["GONE"], from: "yesterday", labels: {} };
    expect(executionsSearch(raw)).toEqual({});
  });

  test("a search for a number stays a search for text", () => {
    expect(flowsSearch({ q: 42 })).toEqual({ q: "42" });
  });

  test("the first page is not written down", () => {
    expect(flowsSearch({ page: 1 })).toEqual({});
  });

  test("only levels that exist filter a log", () => {
    expect(logsSearch({ level: "WARN" })).toEqual({ level: "WARN" });
    expect(logsSearch({ level: "LOUD" })).toEqual({});
  });

  test("a login leads on to pages of the portal and nowhere else", () => {
    expect(loginSearch({ next: "/main/flows?q=a" })).toEqual({ next: "/main/flows?q=a" });
    for (const next of ["https://evil.example", "//evil.example", "/\\evil.example", "flows"]) {
      expect(loginSearch({ next })).toEqual({});
    }
  });
});
