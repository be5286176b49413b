/// Markdown of strangers, drawn element by element: no HTML of theirs reaches the page.
import { createElement, Fragment, type ReactNode, useMemo } from "react";
import { type Block, type Inline, inline, parseMarkdown } from "@/lib/markdown";
import classes from "./markdown.module.css";

export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return <div className={classes.markdown}>{blocks.map(drawBlock)}</div>;
}

/** One phrase, for where a paragraph would be too much: code is told from words, links are words. */
export function Phrase({ text }: { text: string }) {
  const parts = useMemo(() => inline(text), [text]);
  return parts.map((one, key) =>
    one.kind === "link" ? words(one.children) : drawInline(one, key),
  );
}

function words(children: readonly Inline[]): ReactNode {
  return children.map(drawInline);
}

function drawInline(one: Inline, key: number): ReactNode {
  switch (one.kind) {
    case "text":
      return <Fragment key={key}>{one.text}</Fragment>;
    case "code":
      return <code key={key}>{one.text}</code>;
    case "strong":
      return <strong key={key}>{words(one.children)}</strong>;
    case "em":
      return <em key={key}>{words(one.children)}</em>;
    case "link":
      return (
        <a key={key} href={one.href} rel="noreferrer noopener nofollow" target="_blank">
          {words(one.children)}
        </a>
      );
  }
}

function drawBlock(block: Block, key: number): ReactNode {
  switch (block.kind) {
    case "heading":
      // Headings of a text stand below those of the page.
      return createElement(`h${Math.min(6, block.level + 2)}`, { key }, words(block.children));
    case "paragraph":
      return <p key={key}>{words(block.children)}</p>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <pre key={key} tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case "list":
      return createElement(
        block.ordered ? "ol" : "ul",
        { key },
        // biome-ignore lint/suspicious/noArrayIndexKey: items of one text never move.
        block.items.map((item, place) => <li key={place}>{item.map(drawBlock)}</li>),
      );
    case "quote":
      return <blockquote key={key}>{block.children.map(drawBlock)}</blockquote>;
    case "rule":
      return <hr key={key} />;
    case "table":
      return <Table key={key} block={block} />;
  }
}

function Table({ block }: { block: Extract<Block, { kind: "table" }> }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={classes.scroll} tabIndex={0} aria-label="Table">
      <table>
        <thead>
          <tr>
            {block.head.map((cell, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: cells of one text never move.
              <th key={place}>{words(cell)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of one text never move.
            <tr key={line}>
              {row.map((cell, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                <td key={place}>{words(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
