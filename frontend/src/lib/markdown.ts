/// Markdown as a tree of plain values. What is not understood stays text; HTML is never more than text.

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "em"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

export type Block =
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "code"; text: string; language: string }
  | { kind: "list"; ordered: boolean; items: Block[][] }
  | { kind: "quote"; children: Block[] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+-]*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const BULLET = /^( {0,3})(?:([-*+])|(\d{1,9})[.)])\s+/;
const QUOTE = /^ {0,3}>\s?/;
const DIVIDER = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const MOST_DEPTH = 6;

/** Only addresses that lead somewhere by http, mail, or inside the portal. */
export function safeHref(href: string): string | undefined {
  // Browsers ignore control characters and blanks inside a scheme.
  const plain = Array.from(href)
    .filter((one) => one.charCodeAt(0) > 32)
    .join("");
  return /^(https?:\/\/|mailto:|\/(?![/\\])|#)/i.test(plain) ? plain : undefined;
}

export function parseMarkdown(text: string, depth = 0): Block[] {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const [block, next] = blockAt(lines, at, depth);
    if (block) blocks.push(block);
    at = next;
  }
  return blocks;
}

function blockAt(lines: readonly string[], at: number, depth: number): [Block | undefined, number] {
  const line = lines[at] ?? "";
  if (!line.trim()) return [undefined, at + 1];
  if (FENCE.test(line)) return fence(lines, at);
  const heading = HEADING.exec(line);
  if (heading)
    return [
      { kind: "heading", level: heading[1]?.length ?? 1, children: inline(heading[2] ?? "") },
      at + 1,
    ];
  if (RULE.test(line)) return [{ kind: "rule" }, at + 1];
  if (depth < MOST_DEPTH && QUOTE.test(line)) return quote(lines, at, depth);
  if (depth < MOST_DEPTH && BULLET.test(line)) return list(lines, at, depth);
  if (
    line.includes("|") &&
    DIVIDER.test(lines[at + 1] ?? "") &&
    (lines[at + 1] ?? "").includes("-")
  )
    return table(lines, at);
  return paragraph(lines, at);
}

function fence(lines: readonly string[], at: number): [Block, number] {
  const [, mark = "```", language = ""] = FENCE.exec(lines[at] ?? "") ?? [];
  let end = at + 1;
  while (end < lines.length && !(lines[end] ?? "").trim().startsWith(mark)) end += 1;
  return [{ kind: "code", text: lines.slice(at + 1, end).join("\n"), language }, end + 1];
}

function quote(lines: readonly string[], at: number, depth: number): [Block, number] {
  let end = at;
  while (end < lines.length && QUOTE.test(lines[end] ?? "")) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(QUOTE, ""));
  return [{ kind: "quote", children: parseMarkdown(inner.join("\n"), depth + 1) }, end];
}

function list(lines: readonly string[], at: number, depth: number): [Block, number] {
  const first = BULLET.exec(lines[at] ?? "");
  const ordered = first?.[3] !== undefined;
  const deepest = (first?.[1]?.length ?? 0) + 1;
  const items: string[][] = [];
  let end = at;
  let width = 2;
  while (end < lines.length) {
    const line = lines[end] ?? "";
    const mark = BULLET.exec(line);
    const sibling = mark && (mark[1]?.length ?? 0) <= deepest;
    if (sibling && (mark[3] !== undefined) === ordered) {
      width = mark[0].length;
      items.push([line.slice(width)]);
    } else if (!line.trim() ? /^\s+\S/.test(lines[end + 1] ?? "") : /^\s/.test(line)) {
      items.at(-1)?.push(line.slice(Math.min(width, line.length - line.trimStart().length)));
    } else if (line.trim() && (lines[end - 1] ?? "").trim() && !startsBlock(line)) {
      items.at(-1)?.push(line);
    } else break;
    end += 1;
  }
  const parsed = items.map((item) => parseMarkdown(item.join("\n"), depth + 1));
  return [{ kind: "list", ordered, items: parsed }, end];
}

function cells(line: string): Inline[][] {
  const inner = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inner.split("|").map((cell) => inline(cell.trim()));
}

function table(lines: readonly string[], at: number): [Block, number] {
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? "").includes("|")) end += 1;
  const rows = lines.slice(at + 2, end).map(cells);
  return [{ kind: "table", head: cells(lines[at] ?? ""), rows }, end];
}

function startsBlock(line: string): boolean {
  return [FENCE, HEADING, RULE, QUOTE, BULLET].some((mark) => mark.test(line));
}

function paragraph(lines: readonly string[], at: number): [Block, number] {
  let end = at + 1;
  while (end < lines.length && (lines[end] ?? "").trim() && !startsBlock(lines[end] ?? ""))
    end += 1;
  const text = lines.slice(at, end).map((line) => line.trim());
  return [{ kind: "paragraph", children: inline(text.join("\n")) }, end];
}

const MARKS =
  /`+([^`]+)`+|\*\*([^*]+(?:\*(?!\*)[^*]*)*)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|\b_([^_]+)_\b|\[([^\]]*)\]\(([^)\s]*)\)|<(https?:\/\/[^>\s]+)>/;

export function inline(text: string, depth = 0): Inline[] {
  const found: Inline[] = [];
  let rest = text;
  while (rest) {
    const mark = depth < MOST_DEPTH ? MARKS.exec(rest) : null;
    if (!mark) return [...found, { kind: "text", text: rest }];
    if (mark.index > 0) found.push({ kind: "text", text: rest.slice(0, mark.index) });
    found.push(marked(mark, depth));
    rest = rest.slice(mark.index + mark[0].length);
  }
  return found;
}

function marked(found: RegExpExecArray, depth: number): Inline {
  const [whole, code, bold, bold2, em, em2, words, href, bare] = found;
  if (code !== undefined) return { kind: "code", text: code.trim() };
  const strong = bold ?? bold2;
  if (strong !== undefined) return { kind: "strong", children: inline(strong, depth + 1) };
  const soft = em ?? em2;
  if (soft !== undefined) return { kind: "em", children: inline(soft, depth + 1) };
  const target = safeHref(bare ?? href ?? "");
  if (!target) return { kind: "text", text: words || whole };
  return {
    kind: "link",
    href: target,
    children: bare ? [{ kind: "text", text: bare }] : inline(words ?? "", depth + 1),
  };
}
