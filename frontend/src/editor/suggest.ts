/// What may be typed at a place in a flow's source: keys, task types, and the names the flow itself declares.

import { type Names, namesIn, taskTypes } from "./names";
import { placeAt } from "./place";
import { keysOf, type Schema } from "./schema";

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
  /** The schema of the language; without it only the commonest keys are known. */
  schema?: Schema;
  /** What tasks of a type leave, by the type's name without its prefix. */
  outputs?: ReadonlyMap<string, readonly string[]>;
  /** What tasks left when the flow last ended well, by the id of the task. */
  left?: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Secrets that the flow's namespace can use. */
  secrets?: readonly string[];
  /** Keys of the key-value store that it can read. */
  pairs?: readonly string[];
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
  ["tasks", "states of earlier tasks"],
  ["execution", "id, startDate, …"],
  ["flow", "id, namespace, revision"],
  ["task", "id, type"],
  ["taskrun", "id, value, iteration, …"],
  ["item", "of the loop around"],
  ["parent", "the group around"],
  ["trigger", "what started it"],
  ["labels", "of this execution"],
  ["envs", "of the server"],
  ["globals", "of the server"],
];

const PARTS: Record<string, readonly string[]> = {
  execution: ["id", "startDate", "originalId", "state"],
  flow: ["id", "namespace", "revision", "tenantId"],
  task: ["id", "type"],
  taskrun: ["id", "startDate", "attemptsCount", "parentId", "value", "iteration"],
  item: ["value", "index", "key", "parent", "parents"],
  parent: ["taskrun", "outputs"],
  "parent.taskrun": ["value"],
  trigger: ["date", "next", "previous", "body", "headers", "parameters", "executionId", "state"],
};

const FUNCTIONS = [
  "secret('')",
  "kv('')",
  "now()",
  "read()",
  "fileURI('')",
  "render()",
  "fromJson()",
  "yaml()",
  "errorLogs()",
  "loopOutputs()",
  "currentEachOutput()",
  "randomInt(0, 10)",
  "uuid()",
];

const FILTERS = [
  "date('yyyy-MM-dd')",
  "dateAdd(1, 'DAYS')",
  "default('')",
  "first",
  "join(',')",
  "jq('.')",
  "json",
  "keys",
  "last",
  "length",
  "lower",
  "number",
  "replace({})",
  "slugify",
  "split(',')",
  "substringAfterLast('/')",
  "timestamp",
  "toJson",
  "trim",
  "upper",
  "urlencode",
  "yaml",
];

const names = (list: readonly string[], detail: string): Suggestion[] =>
  list.map((label) => ({ label, kind: "name", detail }));

const functions = (list: readonly string[]): Suggestion[] =>
  list.map((label) => ({ label, kind: "function" }));

function inExpression(line: string): string | undefined {
  const open = line.lastIndexOf("{{");
  return open > line.lastIndexOf("}}") ? line.slice(open + 2) : undefined;
}

/** What a task leaves: its type says which, and the last execution what there was below. */
function outputsOf(
  source: string,
  task: string,
  below: readonly string[],
  catalogue: Catalogue,
): readonly string[] {
  const type = below.length === 0 ? taskTypes(source).get(task) : undefined;
  const declared = (type && catalogue.outputs?.get(type.replace(PREFIX, ""))) || [];
  const left = below.reduce<unknown>(
    (at, key) => (isMap(at) ? at[key] : undefined),
    catalogue.left?.get(task),
  );
  const seen = isMap(left) ? Object.keys(left).filter((key) => NAME.test(key)) : [];
  return [...new Set([...declared, ...seen])];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Other keys cannot stand behind a dot.
const NAME = /^[A-Za-z_]\w*$/;

const PREFIX = /^io\.kestra\.plugin\./;

/** Names inside `secret('…')` and `kv('…')`. */
function namedInQuotes(expression: string, catalogue: Catalogue): Suggestions | undefined {
  const found = /\b(secret|kv)\(\s*['"]([\w.-]*)$/.exec(expression);
  if (!found) return undefined;
  const [, what, typed = ""] = found;
  const list = (what === "secret" ? catalogue.secrets : catalogue.pairs) ?? [];
  return { replace: typed.length, options: names(list, what === "secret" ? "secret" : "key") };
}

/** What stands behind a dot. */
function membersOf(owner: string, known: Names): readonly string[] {
  const declared: Record<string, readonly string[]> = {
    outputs: known.tasks,
    tasks: known.tasks,
    inputs: known.inputs,
    vars: known.variables,
    labels: known.labels,
  };
  const task = /^tasks\.([\w-]+)$/.exec(owner)?.[1];
  if (task && known.tasks.includes(task)) return ["state"];
  return declared[owner] ?? PARTS[owner] ?? [];
}

function expressionSuggestions(
  source: string,
  expression: string,
  catalogue: Catalogue,
): Suggestions | undefined {
  const quoted = namedInQuotes(expression, catalogue);
  if (quoted) return quoted;
  const filter = /\|\s*(\w*)$/.exec(expression)?.[1];
  if (filter !== undefined) return { replace: filter.length, options: functions(FILTERS) };
  const path = /([\w.-]*)$/.exec(expression)?.[1] ?? "";
  const dot = path.lastIndexOf(".");
  const last = path.slice(dot + 1);
  if (dot < 0) {
    const roots = ROOTS.map(([label, detail]): Suggestion => ({ label, kind: "name", detail }));
    return { replace: last.length, options: [...roots, ...functions(FUNCTIONS)] };
  }
  const owner = path.slice(0, dot);
  const [root, task, ...below] = owner.split(".");
  const found =
    root === "outputs" && task
      ? outputsOf(source, task, below, catalogue)
      : membersOf(owner, namesIn(source));
  return found.length ? { replace: last.length, options: names(found, owner) } : undefined;
}

/** The top-level section that a place belongs to. */
function sectionAt(before: string): string | undefined {
  return before
    .split("\n")
    .toReversed()
    .map((line) => /^(\w+):/.exec(line)?.[1])
    .find((section) => section !== undefined);
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

/** The keys that fit here and are not there yet. */
function keySuggestions(source: string, at: number, typed: string, schema: Schema): Suggestions {
  const { block } = placeAt(source, at);
  const free = keysOf(schema, block).filter((one) => !block.known.includes(one.name));
  const options = free.map(
    (one): Suggestion => ({
      label: `${one.name}: `,
      kind: "key",
      detail: one.required ? `${one.type}, needed` : one.type,
    }),
  );
  return { replace: typed.length, options };
}

/** The values that a key may have, where they can be counted. */
function valueSuggestions(source: string, at: number, typed: string, schema: Schema) {
  const { block, key } = placeAt(source, at);
  const values = keysOf(schema, block).find((one) => one.name === key)?.values ?? [];
  return values.length ? { replace: typed.length, options: names(values, key ?? "") } : undefined;
}

export function suggest(source: string, at: number, catalogue: Catalogue): Suggestions | undefined {
  const before = source.slice(0, at);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const expression = inExpression(line);
  if (expression !== undefined) return expressionSuggestions(source, expression, catalogue);
  const typed = /^\s*(?:- )?type:\s*([\w.]*)$/.exec(line)?.[1];
  const section = sectionAt(before);
  if (typed !== undefined) return typeSuggestions(section, typed, catalogue);
  const value = /^\s*(?:- )?(\w+):\s+([\w.]*)$/.exec(line);
  if (value && catalogue.schema)
    return valueSuggestions(source, at, value[2] ?? "", catalogue.schema);
  const key = /^(\s*(?:- )?)(\w*)$/.exec(line);
  if (!key) return undefined;
  if (catalogue.schema) return keySuggestions(source, at, key[2] ?? "", catalogue.schema);
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
