/// What the server found in a source, as a list a person can walk through.

export interface Problem {
  severity: "error" | "warning" | "info";
  message: string;
  line: number;
  column: number;
  code?: string;
}

interface Finding {
  path?: string | null;
  line?: number | null;
  column?: number | null;
  code?: string | null;
  severity?: string | null;
  message: string;
}

interface Answer {
  constraints?: string | null;
  deprecationPaths?: readonly string[] | null;
  warnings?: readonly string[] | null;
  infos?: readonly string[] | null;
  errors?: readonly Finding[] | null;
}

const POSITION = /\bline (\d+)(?:,? col(?:umn)? (\d+))?/i;

/** Old answers say where only in words. */
function fromWords(severity: Problem["severity"], message: string): Problem {
  const found = POSITION.exec(message);
  return { severity, message, line: Number(found?.[1] ?? 1), column: Number(found?.[2] ?? 1) };
}

function severityOf({ severity }: Finding): Problem["severity"] {
  return severity === "warning" || severity === "info" ? severity : "error";
}

function fromFinding(finding: Finding): Problem {
  return {
    severity: severityOf(finding),
    message: finding.message,
    line: finding.line ?? 1,
    column: finding.column ?? 1,
    code: finding.code ?? undefined,
  };
}

export function problemsOf(answers: readonly Answer[]): Problem[] {
  const all = answers.flatMap((answer): Problem[] => {
    const errors = (answer.errors ?? []).map(fromFinding);
    const unplaced = !errors.length && answer.constraints ? [answer.constraints] : [];
    // A server that places its warnings says them twice: with a place, and in words.
    const placed = errors.some((problem) => problem.severity === "warning");
    return [
      ...errors,
      ...unplaced.map((text) => fromWords("error", text)),
      ...(placed ? [] : (answer.warnings ?? [])).map((text) => fromWords("warning", text)),
      ...(answer.deprecationPaths ?? []).map((path) =>
        fromWords("warning", `${path} is deprecated: it still works, and has a newer name.`),
      ),
      ...(answer.infos ?? []).map((text) => fromWords("info", text)),
    ];
  });
  return all.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
}

function rank(problem: Problem): number {
  return problem.severity === "error" ? 0 : 1;
}

/** Counts by severity, in words for a button: "2 problems, 1 warning". */
export function inWords(problems: readonly Problem[]): string {
  const count = (severity: Problem["severity"]) =>
    problems.filter((problem) => problem.severity === severity).length;
  const part = (n: number, word: string) => (n ? [`${n} ${word}${n === 1 ? "" : "s"}`] : []);
  const parts = [
    ...part(count("error"), "problem"),
    ...part(count("warning"), "warning"),
    ...part(count("info"), "note"),
  ];
  return parts.join(", ") || "No problems";
}

/** Where a problem stands in a text, from its line and column; never outside of the text. */
export function rangeOf(text: string, problem: Problem): { from: number; to: number } {
  const lines = text.split("\n");
  const line = Math.min(Math.max(problem.line, 1), lines.length);
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const content = lines[line - 1] ?? "";
  const column = Math.min(Math.max(problem.column - 1, 0), content.length);
  const word = /^[^\s:#,\]}]+/.exec(content.slice(column))?.[0].length ?? 0;
  const from = start + column;
  return { from, to: Math.min(from + Math.max(word, 1), start + content.length) };
}
