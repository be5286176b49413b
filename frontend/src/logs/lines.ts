/// Pure rules about log lines: joining batches, finding text.

export interface Line {
  timestamp: string;
  level: string;
  taskId?: string | null;
  taskRunId?: string | null;
  attemptNumber?: number | null;
  message: string;
  index?: number;
}

export const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] as const;
export type Level = (typeof LEVELS)[number];

export function isLevel(text: unknown): text is Level {
  return LEVELS.some((level) => level === text);
}

/** The cursor to ask "what came after"; undefined when the server numbers no lines. */
export function lastIndex(lines: readonly Line[]): number | undefined {
  return lines.at(-1)?.index;
}

/** Appends a batch; lines that both sides know appear once, whatever order the batches came in. */
export function mergeLogs<T extends Line>(known: readonly T[], fresh: readonly T[]): T[] {
  const last = lastIndex(known);
  if (last === undefined) return [...fresh];
  if (fresh.every((line) => (line.index ?? 0) > last)) return [...known, ...fresh];
  const byIndex = new Map(known.map((line) => [line.index, line]));
  for (const line of fresh) byIndex.set(line.index, line);
  return [...byIndex.values()].sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
}

/** The numbers of the lines whose text holds `query`, ignoring case. */
export function findMatches(lines: readonly Line[], query: string): number[] {
  const needle = query.trim().toLowerCase();
  if (!needle) return [];
  return lines.flatMap(({ index, message }) =>
    index !== undefined && message.toLowerCase().includes(needle) ? [index] : [],
  );
}

/** Cuts a message around each hit: even pieces are plain, odd ones are hits. */
export function splitByMatch(message: string, query: string): string[] {
  const needle = query.trim().toLowerCase();
  if (!needle) return [message];
  const pieces: string[] = [];
  const lower = message.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    pieces.push(message.slice(from, at), message.slice(at, at + needle.length));
    from = at + needle.length;
  }
  return [...pieces, message.slice(from)];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with the escape character.
const ANSI = /\u001b\[[0-9;]*[A-Za-z]/g;

/** Programs colour their output for terminals; the codes are noise in a browser. */
export function withoutAnsi(text: string): string {
  return text.includes("\u001b") ? text.replace(ANSI, "") : text;
}
