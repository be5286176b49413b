/// From the first bytes of a file to something a person can read.

export type Preview =
  | { kind: "table"; columns: readonly string[]; rows: readonly (readonly string[])[] }
  | { kind: "text"; text: string }
  | { kind: "binary" };

const MOST_ROWS = 200;

export function previewOf(name: string, text: string): Preview {
  if (text.includes("\u0000")) return { kind: "binary" };
  if (/\.csv$/i.test(name)) return csv(text);
  if (/\.(jsonl|ndjson|ion)$/i.test(name)) return jsonLines(text) ?? { kind: "text", text };
  if (/\.json$/i.test(name)) return { kind: "text", text: pretty(text) };
  return { kind: "text", text };
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Fields by RFC 4180: quotes hold commas and line breaks, a doubled quote is a quote. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/y;
  while (field.lastIndex < text.length && rows.length <= MOST_ROWS) {
    const found = field.exec(text);
    if (!found) break;
    const [, raw = "", end] = found;
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end !== ",") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

function csv(text: string): Preview {
  const [columns = [], ...rows] = parseCsv(text);
  return { kind: "table", columns: unique(columns), rows };
}

function unique(columns: readonly string[]): string[] {
  return columns.map((name, place) =>
    columns.indexOf(name) === place ? name : `${name} ${place}`,
  );
}

function jsonLines(text: string): Preview | undefined {
  // The last line may be cut in its middle.
  const lines = text.split("\n").filter(Boolean).slice(0, MOST_ROWS);
  const records = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
  const objects = records.filter((one) => typeof one === "object" && one !== null);
  if (objects.length === 0 || objects.length < records.length) return undefined;
  const columns = [...new Set(objects.flatMap((one) => Object.keys(one)))];
  const cell = (value: unknown) =>
    value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
  const rows = objects.map((one) =>
    columns.map((column) => cell((one as Record<string, unknown>)[column])),
  );
  return { kind: "table", columns, rows };
}
