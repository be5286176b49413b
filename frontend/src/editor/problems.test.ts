import { describe, expect, test } from "vitest";
import { inWords, problemsOf, rangeOf } from "./problems";

describe("problems of a source", () => {
  test("errors come first, each with its place", () => {
    const problems = problemsOf([
      {
        warnings: ["core.debug.Echo is old"],
        errors: [{ line: 7, column: 5, code: "key.unknown", message: "Unknown key" }],
      },
    ]);
    expect(problems.map((one) => [one.severity, one.line, one.column])).toEqual([
      ["error", 7, 5],
      ["warning", 1, 1],
    ]);
  });

  test("a warning that has a place is not said twice", () => {
    const finding = { severity: "warning", line: 3, column: 2, message: "old" };
    const problems = problemsOf([{ errors: [finding], warnings: ["tasks[0]: old"] }]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ severity: "warning", line: 3 });
  });

  test("an answer in words alone is placed by its words", () => {
    const [problem] = problemsOf([{ constraints: "mapping values, line 4, column 9" }]);
    expect(problem).toMatchObject({ severity: "error", line: 4, column: 9 });
  });

  test("a sound source has none", () => {
    expect(inWords(problemsOf([{ constraints: null, errors: [] }]))).toBe("No problems");
  });

  test("they are counted in words", () => {
    const problem = { message: "", line: 1, column: 1 } as const;
    expect(
      inWords([
        { ...problem, severity: "error" },
        { ...problem, severity: "error" },
        { ...problem, severity: "warning" },
      ]),
    ).toBe("2 problems, 1 warning");
  });

  test("a place is marked by its word, and never reaches beyond the text", () => {
    const at = (line: number, column: number) =>
      rangeOf("id: a\nmesage: hi", { severity: "error", message: "", line, column });
    expect(at(2, 1)).toEqual({ from: 6, to: 12 });
    expect(at(99, 99)).toEqual({ from: 16, to: 16 });
    expect(at(0, 0)).toEqual({ from: 0, to: 2 });
  });
});
