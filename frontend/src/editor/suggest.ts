/// What may be typed at a place in a flow's source: keys, task types, and the names the flow itself declares.

export interface Suggestion {
  label: string;
  kind: "key" | "type" | "name" | "function";
  detail?: string;
}

export interface Suggestions {
  /** Characters before the cursor that the suggestion replaces. */
  replace: number;
  options: Suggestion[];
}

export interface Catalogue {
  tasks: readonly string[];
  triggers: readonly string[];
}

const FLOW_KEYS: readonly (readonly [string, string])[] = [
  ["id", "name of the flow"],
  ["namespace", "dotted path"],
  ["description", "what the flow is for"],
  ["labels", "key-value marks"],
  ["inputs", "typed parameters"],
  ["variables", "named values"],
  ["tasks", "the steps, in order"],
  ["errors", "steps after a failure"],
  ["finally", "steps that always run last"],
  ["outputs", "typed results"],
  ["triggers", "what starts the flow"],
  ["concurrency", "how many at once"],
  ["retry", "try the flow again"],
  ["pluginDefaults", "values for a task type"],
  ["disabled", "refuse to start"],
];

const TASK_KEYS: readonly (readonly [string, string])[] = [
  ["id", "name of the step"],
  ["type", "the class behind it"],
  ["description", "what it is for"],
  ["retry", "try again after a failure"],
  ["timeout", "ISO duration"],
  ["runIf", "condition"],
  ["allowFailure", "a failure becomes a warning"],
  ["disabled", "leave it out"],
  ["tasks", "children"],
];

const INPUT_TYPES = [
  "STRING",
  "INT",
  "FLOAT",
  "BOOLEAN",
  "DATETIME",
  "DATE",
  "TIME",
  "DURATION",
  "FILE",
  "JSON",
  "YAML",
  "URI",
  "SECRET",
  "SELECT",
  "MULTISELECT",
  "ARRAY",
  "EMAIL",
];

const ROOTS: readonly (readonly [string, string])[] = [
  ["inputs", "of this execution"],
  ["outputs", "of earlier tasks"],
  ["vars", "variables of the flow"],
  ["execution", "id, startDate, …"],
  ["flow", "id, namespace, revision"],
  ["task", "id, type"],
  ["taskrun", "id, value, iteration, …"],
  ["trigger", "what started it"],
  ["labels", "of this execution"],
];

const FUNCTIONS = [
  "secret('')",
  "kv('')",
  "now()",
  "read()",
  "render()",
  "fromJson()",
  "errorLogs()",
];

const names = (list: readonly string[], detail: string): Suggestion[] =>
  list.map((label) => ({ label, kind: "name", detail }));

/** Ids declared in the section of the source that begins with `section:`. */
export function declaredIds(source: string, section: string): string[] {
  const lines = source.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`${section}:`));
  if (start < 0) return [];
  const ids: string[] = [];
  for (const line of lines.slice(start + 1)) {
    if (/^[^\s#-]/.test(line)) break;
    const id = /^\s*(?:- )?id:\s*["']?([\w.-]+)/.exec(line)?.[1];
    if (id) ids.push(id);
  }
  return ids;
}

/** The top-level section that a place belongs to. */
function sectionAt(before: string): string | undefined {
  return before
    .split("\n")
    .toReversed()
    .map((line) => /^(\w+):/.exec(line)?.[1])
    .find((section) => section !== undefined);
}

function inExpression(line: string): string | undefined {
  const open = line.lastIndexOf("{{");
  return open > line.lastIndexOf("}}") ? line.slice(open + 2) : undefined;
}

function expressionSuggestions(source: string, expression: string): Suggestions | undefined {
  const path = /([\w.]*)$/.exec(expression)?.[1] ?? "";
  const dot = path.lastIndexOf(".");
  const last = path.slice(dot + 1);
  if (dot < 0) {
    const roots = ROOTS.map(([label, detail]): Suggestion => ({ label, kind: "name", detail }));
    const functions = FUNCTIONS.map((label): Suggestion => ({ label, kind: "function" }));
    return { replace: last.length, options: [...roots, ...functions] };
  }
  const owner = path.slice(0, dot);
  const sections: Record<string, readonly string[]> = {
    outputs: ["tasks", "errors", "finally"],
    inputs: ["inputs"],
  };
  const found = (sections[owner] ?? []).flatMap((section) => declaredIds(source, section));
  return found.length ? { replace: last.length, options: names(found, owner) } : undefined;
}

function typeSuggestions(section: string | undefined, typed: string, catalogue: Catalogue) {
  const lists: Record<string, readonly string[]> = {
    inputs: INPUT_TYPES,
    outputs: INPUT_TYPES,
    triggers: catalogue.triggers,
  };
  const list = lists[section ?? ""] ?? catalogue.tasks;
  const options = list.map((label): Suggestion => ({ label, kind: "type" }));
  return { replace: typed.length, options };
}

export function suggest(source: string, at: number, catalogue: Catalogue): Suggestions | undefined {
  const before = source.slice(0, at);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const expression = inExpression(line);
  if (expression !== undefined) return expressionSuggestions(source, expression);
  const typed = /^\s*(?:- )?type:\s*([\w.]*)$/.exec(line)?.[1];
  const section = sectionAt(before);
  if (typed !== undefined) return typeSuggestions(section, typed, catalogue);
  const key = /^(\s*(?:- )?)(\w*)$/.exec(line);
  if (!key) return undefined;
  const keys = key[1] === "" ? FLOW_KEYS : TASK_KEYS;
  if (
    key[1] !== "" &&
    !["tasks", "errors", "finally", "triggers", "inputs"].includes(section ?? "")
  )
    return undefined;
  const options = keys.map(
    ([label, detail]): Suggestion => ({ label: `${label}: `, kind: "key", detail }),
  );
  return { replace: key[2]?.length ?? 0, options };
}
