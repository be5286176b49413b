/// From what the server says of a file to something a person can read. Pure.
import type { FilePreview } from "@/api/executions";

export type Preview =
  | { kind: "table"; columns: readonly Column[]; rows: readonly (readonly string[])[] }
  | { kind: "text"; text: string }
  | { kind: "image"; source: string }
  | { kind: "binary" };

export interface Column {
  name: string;
  /** Holds numbers and nothing else, which are read from the right. */
  numeric: boolean;
}

export function previewOf(found: FilePreview): Preview {
  if (found.type === "IMAGE") return { kind: "image", source: sourceOf(found) };
  if (found.type === "LIST") return tableOf(Array.isArray(found.content) ? found.content : []);
  const text = String(found.content ?? "");
  if (isBinary(text)) return { kind: "binary" };
  return { kind: "text", text: found.extension === "json" ? pretty(text) : text };
}

/** No text has these; what cannot be read as text at all arrives as marks of replacement. */
function isBinary(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text)) return true;
  return text.split("\ufffd").length - 1 > text.length / 10;
}

const MEDIA: Record<string, string> = { svg: "svg+xml", jpg: "jpeg" };

/** A picture in a page cannot run, whatever stands in it. */
function sourceOf({ extension, content }: FilePreview): string {
  const media = MEDIA[extension] ?? extension;
  return `data:image/${media};base64,${String(content)}`;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Records with names become a table over all names; anything else is text, line by line. */
function tableOf(records: readonly unknown[]): Preview {
  const objects = records.filter(isRecord);
  if (objects.length === 0 || objects.length < records.length)
    return { kind: "text", text: records.map(cell).join("\n") };
  const names = [...new Set(objects.flatMap((one) => Object.keys(one)))];
  const rows = objects.map((one) => names.map((name) => cell(one[name])));
  const columns = names.map((name, at) => ({
    name,
    numeric: rows.every((row) => isNumber(row[at])),
  }));
  return { kind: "table", columns, rows };
}

/** Empty cells fit among numbers. */
function isNumber(text: string | undefined): boolean {
  return /^(-?\d+(\.\d+)?([eE][+-]?\d+)?)?$/.test(text ?? "");
}

function isRecord(one: unknown): one is Record<string, unknown> {
  return typeof one === "object" && one !== null && !Array.isArray(one);
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
