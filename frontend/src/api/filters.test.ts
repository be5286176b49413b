import { describe, expect, test } from "vitest";
import { executionQuery, flowQuery, pagingQuery, parseLabel } from "./filters";

const NOW = Date.parse("2026-11-22T12:00:00Z");

describe("filters of executions", () => {
  test("a page without filters asks for everything", () => {
    expect(executionQuery({}, NOW)).toEqual([]);
  });

  test("states travel as one list, a namespace brings its children", () => {
    const query = executionQuery({ states: ["RUNNING", "FAILED"], namespace: "company" }, NOW);
    expect(query).toEqual([
      ["filters[namespace][PREFIX]", "company"],
      ["filters[state][IN]", "RUNNING,FAILED"],
    ]);
  });

  test("a range is counted back from now", () => {
    expect(executionQuery({ range: "PT1H" }, NOW)).toEqual([
      ["filters[startDate][GREATER_THAN_OR_EQUAL_TO]", "2026-11-22T11:00:00.000Z"],
    ]);
  });

  test("a date that somebody chose wins over a range", () => {
    const from = "2026-11-01T00:00:00Z";
    expect(executionQuery({ range: "PT1H", from }, NOW)).toEqual([
      ["filters[startDate][GREATER_THAN_OR_EQUAL_TO]", from],
    ]);
  });

  test("a label's key stands in the name of the filter", () => {
    expect(flowQuery({ labels: ["team:data", "url:http://x"] })).toEqual([
      ["filters[labels][EQUALS][team]", "data"],
      ["filters[labels][EQUALS][url]", "http://x"],
    ]);
  });

  test("text without a colon is no label", () => {
    expect(parseLabel("team")).toBeUndefined();
    expect(flowQuery({ labels: ["team"] })).toEqual([]);
  });

  test("a sort order is sent only when there is one", () => {
    expect(pagingQuery({ page: 2, size: 50 })).toEqual([
      ["page", "2"],
      ["size", "50"],
    ]);
  });
});
