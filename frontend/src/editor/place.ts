/// Where in a flow's source a place is: the keys around it, and the types of the blocks that it is in.

/** A block of keys: the way to it, and what its own keys say. */
export interface Block {
  /** Keys from the flow down to the block; a list adds nothing. */
  path: readonly string[];
  /** The `type` of each block on the way, by the number of keys that lead to it. */
  types: ReadonlyMap<number, string>;
  /** Keys that the block has already. */
  known: readonly string[];
}

export interface Place {
  block: Block;
  /** The key on this line, if there is one. */
  key?: string;
}

interface Line {
  /** Column of the key, behind the dashes of a list. */
  indent: number;
  /** Whether a dash begins an item here, and at which column. */
  dash?: number;
  key?: string;
  value: string;
}

const LINE = /^(\s*)((?:- +)*)(?:["']?([\w.-]+)["']?\s*:(?:\s+(.*))?)?/;

function read(text: string): Line {
  const found = LINE.exec(text);
  const spaces = found?.[1]?.length ?? 0;
  const dashes = found?.[2] ?? "";
  return {
    indent: spaces + dashes.length,
    dash: dashes ? spaces : undefined,
    key: found?.[3],
    value: (found?.[4] ?? "").replace(/\s+#.*$/, "").replace(/^["']|["']$/g, ""),
  };
}

const blank = (text: string) => /^\s*(#.*)?$/.test(text);

/** The lines of the block that a line belongs to, with their keys. */
function siblings(lines: readonly string[], at: number, indent: number): Line[] {
  const found: Line[] = [];
  for (let up = at; up >= 0; up--) {
    const text = lines[up] ?? "";
    if (blank(text)) continue;
    const line = read(text);
    if (line.indent === indent && line.key) found.push(line);
    const leaves = line.dash !== undefined && line.dash < indent && line.indent === indent;
    if (leaves || line.indent < indent) break;
  }
  for (let down = at + 1; down < lines.length; down++) {
    const text = lines[down] ?? "";
    if (blank(text)) continue;
    const line = read(text);
    const starts = line.dash !== undefined && line.dash < indent;
    if (starts || line.indent < indent) break;
    if (line.indent === indent && line.key) found.push(line);
  }
  return found;
}

/** The line whose block this one is in: the nearest above it that stands further left and has a key. */
function above(lines: readonly string[], at: number, indent: number): number {
  let least = indent;
  for (let up = at; up >= 0; up--) {
    const text = lines[up] ?? "";
    if (blank(text)) continue;
    const line = read(text);
    if (up < at && line.key && line.indent < least) return up;
    if (line.dash !== undefined && line.indent <= indent) least = Math.min(least, line.dash + 1);
  }
  return -1;
}

const typeOf = (block: readonly Line[]) => block.find((line) => line.key === "type")?.value;

export function placeAt(source: string, at: number): Place {
  const lines = source.split("\n");
  const number = source.slice(0, at).split("\n").length - 1;
  const line = read(lines[number] ?? "");
  const path: string[] = [];
  const blockTypes: (string | undefined)[] = [];
  const own = siblings(lines, number, line.indent);
  let indent = line.indent;
  let row = number;
  blockTypes.push(typeOf(own));
  for (let up = above(lines, row, indent); up >= 0; up = above(lines, row, indent)) {
    const parent = read(lines[up] ?? "");
    path.unshift(parent.key ?? "");
    indent = parent.indent;
    row = up;
    blockTypes.unshift(typeOf(siblings(lines, up, indent)));
  }
  const types = new Map<number, string>();
  blockTypes.forEach((type, depth) => {
    if (type) types.set(depth, type);
  });
  const known = own.filter((one) => one !== line).map((one) => one.key ?? "");
  return { block: { path, types, known }, key: line.key };
}
