/// The form of a flow's typed inputs, as pure rules: first values, local checks, what is sent.
import type { FlowInput } from "@/api/types";

export type FieldValue = string | boolean | readonly string[] | File | undefined;
export type Values = Readonly<Record<string, FieldValue>>;

/** How an input is asked for. */
export type Widget =
  | "text"
  | "secret"
  | "number"
  | "switch"
  | "choice"
  | "choices"
  | "list"
  | "date"
  | "time"
  | "datetime"
  | "file"
  | "code";

export function widgetOf(input: FlowInput): Widget {
  switch (input.type) {
    case "INT":
    case "FLOAT":
      return "number";
    case "BOOLEAN":
    case "BOOL":
      return "switch";
    case "SELECT":
    case "ENUM":
      return "choice";
    case "MULTISELECT":
      return "choices";
    case "ARRAY":
      return "list";
    case "DATE":
      return "date";
    case "TIME":
      return "time";
    case "DATETIME":
      return "datetime";
    case "FILE":
      return "file";
    case "JSON":
    case "YAML":
      return "code";
    case "SECRET":
      return "secret";
    default:
      // STRING, URI, EMAIL, DURATION, and types of a newer server: text is always a way to say it.
      return "text";
  }
}

export function choicesOf(input: FlowInput): string[] {
  return (input.values ?? input.options ?? []).map(String);
}

/** A default that is an expression is rendered by the server, so the form leaves it to the server. */
export function isExpression(value: unknown): boolean {
  return typeof value === "string" && value.includes("{{");
}

export function firstValue(input: FlowInput): FieldValue {
  const { defaults } = input;
  const widget = widgetOf(input);
  if (defaults === undefined || defaults === null || isExpression(defaults)) {
    return widget === "choices" || widget === "list" ? [] : undefined;
  }
  switch (widget) {
    case "switch":
      return String(defaults) === "true";
    case "choices":
    case "list":
      return Array.isArray(defaults) ? defaults.map(String) : [String(defaults)];
    case "datetime":
      return localDateTime(String(defaults));
    case "file":
      return undefined;
    default:
      return typeof defaults === "object" ? JSON.stringify(defaults, null, 2) : String(defaults);
  }
}

export function firstValues(inputs: readonly FlowInput[]): Values {
  return Object.fromEntries(inputs.map((input) => [input.id, firstValue(input)]));
}

/** "2026-11-21T05:00:00Z" as a `datetime-local` field wants it: the reader's own clock, without a zone. */
export function localDateTime(instant: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return "";
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

export function isEmpty(value: FieldValue): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** What is plainly wrong, without asking the server; undefined when nothing is. */
export function problemOf(input: FlowInput, value: FieldValue): string | undefined {
  if (isEmpty(value)) {
    const needed = input.required !== false && (input.defaults ?? null) === null;
    return needed ? "Needs a value" : undefined;
  }
  if (typeof value !== "string") return undefined;
  switch (input.type) {
    case "INT":
      return /^-?\d+$/.test(value.trim()) ? boundProblem(input, Number(value)) : "A whole number";
    case "FLOAT":
      return Number.isFinite(Number(value)) ? boundProblem(input, Number(value)) : "A number";
    case "JSON":
      return jsonProblem(value);
    case "EMAIL":
      return /^\S+@\S+\.\S+$/.test(value) ? undefined : "An e-mail address";
    case "DURATION":
      return /^P(?!$)(\d+[YMWD])*(T(\d+(\.\d+)?[HMS])+)?$/.test(value)
        ? undefined
        : "An ISO duration, such as PT15M";
    default:
      return patternProblem(input, value);
  }
}

function boundProblem(input: FlowInput, value: number): string | undefined {
  if (input.min !== undefined && input.min !== null && value < Number(input.min)) {
    return `At least ${input.min}`;
  }
  if (input.max !== undefined && input.max !== null && value > Number(input.max)) {
    return `At most ${input.max}`;
  }
  return undefined;
}

function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "Not JSON";
  }
}

function patternProblem(input: FlowInput, value: string): string | undefined {
  if (!input.validator) return undefined;
  try {
    const fits = new RegExp(`^(?:${input.validator})$`).test(value);
    return fits ? undefined : `Must match ${input.validator}`;
  } catch {
    // The server's dialect of patterns knows more than the browser's; it will judge.
    return undefined;
  }
}

export type Part = readonly [string, string | File];

function sent(input: FlowInput, value: FieldValue): string | File | undefined {
  if (value instanceof File) return value;
  if (typeof value === "boolean") return String(value);
  if (isEmpty(value)) return undefined;
  if (typeof value !== "string") return JSON.stringify(value);
  return input.type === "DATETIME" ? new Date(value).toISOString() : value;
}

/** The parts of the request, in the order of the inputs; what is empty is left to the defaults. */
export function partsOf(inputs: readonly FlowInput[], values: Values): Part[] {
  return inputs.flatMap((input): Part[] => {
    const value = sent(input, values[input.id]);
    return value === undefined ? [] : [[input.id, value]];
  });
}

export function formDataOf(parts: readonly Part[]): FormData {
  const form = new FormData();
  for (const [name, value] of parts) form.append(name, value);
  return form;
}
