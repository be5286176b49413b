/// The form of a connection, read from the schema of its type. Pure.
import type { ConnectionType } from "@/api/stores";

export interface Field {
  name: string;
  title: string;
  description?: string;
  kind: "text" | "number" | "switch" | "choice" | "json";
  choices: string[];
  required: boolean;
  /** Kept and never shown; left empty it stays as it is. */
  secret: boolean;
  standard?: string;
}

interface Written {
  title?: string;
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Written[];
  default?: unknown;
  writeOnly?: boolean;
}

export function fieldsOf(type: ConnectionType): Field[] {
  const required = new Set(type.schema.required ?? []);
  return Object.entries(type.schema.properties ?? {})
    .filter(([name]) => name !== "type")
    .map(([name, raw]) => fieldOf(name, raw as Written, type, required.has(name)))
    .sort((one, other) => Number(other.required) - Number(one.required));
}

function fieldOf(name: string, raw: Written, type: ConnectionType, required: boolean): Field {
  const standard = raw.default;
  return {
    name,
    title: wordsOf(name),
    description: raw.description,
    ...shapeOf(raw),
    required,
    secret: raw.writeOnly === true || type.secrets.includes(name),
    standard: standard === null || standard === undefined ? undefined : String(standard),
  };
}

function branches(raw: Written): Written[] {
  return raw.anyOf ? raw.anyOf.flatMap(branches) : [raw];
}

/** An expression may stand anywhere; what matters is what else may. */
function shapeOf(raw: Written): Pick<Field, "kind" | "choices"> {
  const all = branches(raw);
  const choices = all.flatMap((one) => one.enum ?? []).map(String);
  if (choices.length) return { kind: "choice", choices };
  const types = all.flatMap((one) => one.type ?? []);
  if (types.includes("boolean") && !types.includes("number")) return { kind: "switch", choices };
  if (types.includes("object") || types.includes("array")) return { kind: "json", choices };
  const numeric =
    types.includes("integer") || (types.includes("number") && !types.includes("boolean"));
  return { kind: numeric ? "number" : "text", choices };
}

const ABBREVIATIONS = /\b(api|aws|ca|db|http|https|id|json|sql|ssh|ssl|tls|uri|url)\b/g;

/** "clientSecret" → "Client secret", "sslMode" → "SSL mode" */
export function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase()
    .replace(ABBREVIATIONS, (word) => word.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export type Filled = Readonly<Record<string, string>>;

/** What is kept, as the form shows it; secrets are left empty. */
export function filledFrom(fields: readonly Field[], values: Record<string, unknown>): Filled {
  return Object.fromEntries(
    fields.map((field) => {
      const value = values[field.name];
      if (field.secret || value === null || value === undefined) return [field.name, ""];
      return [field.name, typeof value === "object" ? JSON.stringify(value) : String(value)];
    }),
  );
}

/** The body that is sent: empty secrets are left out (they stay), other empty values go. */
export function valuesOf(fields: readonly Field[], filled: Filled): Record<string, unknown> {
  const pairs = fields.flatMap((field): [string, unknown][] => {
    const text = filled[field.name] ?? "";
    if (text === "") return [];
    return [[field.name, typed(field, text)]];
  });
  return Object.fromEntries(pairs);
}

function typed(field: Field, text: string): unknown {
  if (text.includes("{{")) return text;
  if (field.kind === "number") return Number.isNaN(Number(text)) ? text : Number(text);
  if (field.kind === "switch") return text === "true";
  if (field.kind !== "json") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
