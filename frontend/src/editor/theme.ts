/// How source looks: our tokens, in both themes.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
  { tag: [tags.string, tags.content, tags.attributeValue], color: "var(--ink)" },
  { tag: tags.special(tags.string), color: "var(--tone-success)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--tone-retrying)" },
  { tag: tags.comment, color: "var(--ink-faint)", fontStyle: "italic" },
  {
    tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace],
    color: "var(--ink-faint)",
  },
  { tag: [tags.labelName, tags.typeName, tags.meta], color: "var(--tone-paused)" },
]);

const look = EditorView.theme({
  "&": {
    height: "100%",
    backgroundColor: "var(--surface-card)",
    color: "var(--ink)",
    fontSize: "13px",
  },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--font-mono)",
    lineHeight: "1.6",
    fontVariantLigatures: "none",
  },
  ".cm-content": { padding: "10px 0", caretColor: "var(--accent)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  ".cm-gutters": {
    backgroundColor: "var(--surface-card)",
    color: "var(--ink-faint)",
    border: "none",
    paddingLeft: "4px",
  },
  ".cm-activeLine": {
    backgroundColor: "color-mix(in srgb, var(--surface-hover) 70%, transparent)",
  },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    {
      backgroundColor: "var(--accent-soft) !important",
    },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--surface-sunken)",
    border: "1px solid var(--line)",
  },
  ".cm-expression": { color: "var(--tone-paused)", fontWeight: "560" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface-card)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-md)",
    boxShadow: "var(--shadow-high)",
    overflow: "hidden",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", fontSize: "12px" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px !important" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--surface-selected)",
    color: "var(--ink)",
  },
  ".cm-completionDetail": { color: "var(--ink-faint)", fontFamily: "var(--font-sans)" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "var(--font-sans)", fontSize: "12.5px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--tone-danger-fill)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--tone-warning-fill)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--tone-danger-fill) 1px",
    textUnderlineOffset: "4px",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--tone-warning-fill) 1px",
    textUnderlineOffset: "4px",
  },
  ".cm-lint-marker": { width: "8px", height: "8px", marginTop: "6px" },
  ".cm-lint-marker-error": {
    content: '""',
    borderRadius: "50%",
    backgroundColor: "var(--tone-danger-fill)",
  },
  ".cm-lint-marker-warning": {
    content: '""',
    borderRadius: "2px",
    backgroundColor: "var(--tone-warning-fill)",
  },
  ".cm-panels": {
    backgroundColor: "var(--surface-sunken)",
    color: "var(--ink)",
    borderColor: "var(--line) !important",
  },
  ".cm-textfield": {
    backgroundColor: "var(--surface-card)",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
  },
  ".cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--surface-card)",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
  },
  ".cm-changedText": { background: "var(--tone-warning-soft) !important" },
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": {
    backgroundColor: "color-mix(in srgb, var(--tone-danger-soft) 65%, transparent) !important",
  },
  "&.cm-merge-b .cm-changedLine, .cm-inlineChangedLine": {
    backgroundColor: "color-mix(in srgb, var(--tone-success-soft) 75%, transparent) !important",
  },
  "&.cm-merge-a .cm-changedText": { background: "var(--tone-danger-soft) !important" },
  "&.cm-merge-b .cm-changedText": { background: "var(--tone-success-soft) !important" },
  ".cm-collapsedLines": {
    background: "var(--surface-sunken)",
    color: "var(--ink-faint)",
    padding: "3px 10px",
  },
  // The stock ornaments are missing from most fonts.
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"···" !important' },
});

export const sourceTheme = [look, syntaxHighlighting(highlight)];
