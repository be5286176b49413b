/// What the schema of the language says of a place in a flow: which keys fit there, and what they mean.
import type { Block, Place } from "./place";

/** A JSON schema, as far as it is read here. */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  title?: string;
  description?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: readonly string[];
  items?: Schema;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  allOf?: readonly Schema[];
  if?: Schema;
  then?: Schema;
  deprecated?: boolean;
  "x-dynamic"?: boolean;
}

export interface KeyInfo {
  name: string;
  /** In words: `text`, `number`, `one of INFO, WARN` … */
  type: string;
  required: boolean;
  dynamic: boolean;
  deprecated: boolean;
  default?: string;
  description?: string;
  values: readonly string[];
}

function resolved(root: Schema, schema: Schema | undefined): Schema {
  let found = schema ?? {};
  for (let steps = 0; found.$ref && steps < 10; steps++)
    found = root.$defs?.[found.$ref.replace("#/$defs/", "")] ?? {};
  return found;
}

/** All that a value may be, without what merely refers or chooses. */
function branches(root: Schema, schema: Schema | undefined, depth = 0): Schema[] {
  const found = resolved(root, schema);
  // Rules about which keys go together are no choices.
  if (found.properties || depth > 8) return [found];
  const choices = [...(found.anyOf ?? []), ...(found.oneOf ?? [])];
  if (choices.length) return choices.flatMap((one) => branches(root, one, depth + 1));
  return [found];
}

function names(schema: Schema): readonly unknown[] {
  return schema.const === undefined ? (schema.enum ?? []) : [schema.const];
}

/** The object that a block is: of several, the one of its type. */
function objectOf(root: Schema, schema: Schema | undefined, type: string | undefined): Schema {
  const all = branches(root, schema);
  for (const one of all) {
    const ruled = one.allOf?.find((rule) => names(rule.if?.properties?.type ?? {}).includes(type));
    if (ruled) return resolved(root, ruled.then);
  }
  const typed = all.find((one) => names(resolved(root, one.properties?.type)).includes(type));
  return typed ?? all.find((one) => one.properties) ?? all[0] ?? {};
}

/** What stands below a key of an object: a list is what its items are. */
function below(root: Schema, object: Schema, key: string): Schema {
  const more = object.additionalProperties;
  const found = object.properties?.[key] ?? (typeof more === "object" ? more : undefined);
  const list = branches(root, found).find((one) => one.items);
  return list?.items ?? found ?? {};
}

export function objectAt(root: Schema, block: Block): Schema {
  let found = objectOf(root, root, undefined);
  block.path.forEach((key, depth) => {
    found = objectOf(root, below(root, found, key), block.types.get(depth + 1));
  });
  return found;
}

const WORDS: Record<string, string> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  array: "list",
  object: "map",
  null: "nothing",
};

const SCALARS = ["text", "number", "true or false"];

function words(root: Schema, schema: Schema): string {
  const found = branches(root, schema).flatMap((one) => {
    const values = names(one);
    if (values.length) return [`one of ${values.slice(0, 12).join(", ")}`];
    if (one.format) return [one.format];
    return [one.type ?? []].flat().map((type) => WORDS[type] ?? type);
  });
  const all = new Set(found.filter((word) => word !== "nothing"));
  // A text may be written as YAML reads a number or a truth: that is no other kind of value.
  if (SCALARS.every((word) => all.has(word)))
    return [...all].filter((word) => word === "text" || !SCALARS.includes(word)).join(", ");
  return [...all].join(", ");
}

function info(root: Schema, object: Schema, name: string): KeyInfo {
  const written = object.properties?.[name] ?? {};
  const schema = resolved(root, written);
  const standard = written.default ?? schema.default;
  const values = branches(root, written).flatMap((one) =>
    one.type === "boolean" ? ["true", "false"] : names(one).map(String),
  );
  return {
    name,
    type: words(root, written),
    required: object.required?.includes(name) ?? false,
    dynamic: written["x-dynamic"] ?? false,
    deprecated: written.deprecated ?? false,
    default: standard === null || standard === undefined ? undefined : JSON.stringify(standard),
    description: written.description ?? schema.description,
    values: [...new Set(values)],
  };
}

/** The keys that a block may have; those that it needs come first. */
export function keysOf(root: Schema, block: Block): KeyInfo[] {
  const object = objectAt(root, block);
  const found = Object.keys(object.properties ?? {}).map((name) => info(root, object, name));
  return found
    .filter((one) => !one.deprecated)
    .sort((one, other) => Number(other.required) - Number(one.required));
}

/** What a key at a place means; for `type`, what the type it names does. */
export function explain(root: Schema, place: Place): KeyInfo | undefined {
  if (!place.key) return undefined;
  const object = objectAt(root, place.block);
  if (!object.properties?.[place.key]) return undefined;
  const found = info(root, object, place.key);
  if (place.key !== "type") return found;
  const told = [object.title, object.description].filter(Boolean).join("\n\n");
  return { ...found, type: "the class behind it", values: [], description: told };
}

/** The properties of one type, from the schema that stands for it alone; those that it needs come first. */
export function propertiesOf(root: Schema): KeyInfo[] {
  const object = resolved(root, root);
  return Object.keys(object.properties ?? {})
    .filter((name) => name !== "type")
    .map((name) => info(root, object, name))
    .sort((one, other) => Number(other.required) - Number(one.required));
}
