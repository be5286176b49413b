/// What the key under the pointer means, told beside it.
import { EditorView, hoverTooltip } from "@codemirror/view";
import { placeAt } from "./place";
import { explain, type KeyInfo, type Schema } from "./schema";

function paragraph(text: string, name: string): HTMLElement {
  const found = document.createElement("div");
  found.className = name;
  found.textContent = text;
  return found;
}

/** One line of facts: the type, whether it is needed, its default, whether expressions are read. */
export function facts(info: KeyInfo): string {
  const told = [info.type];
  if (info.required) told.push("needed");
  if (info.default !== undefined) told.push(`default ${info.default}`);
  if (info.dynamic) told.push("takes expressions");
  return told.filter(Boolean).join(" · ");
}

/** The explanation as it is shown. */
export function explanation(info: KeyInfo): HTMLElement {
  const found = document.createElement("div");
  found.className = "cm-explain";
  found.append(paragraph(info.name, "cm-explain-name"), paragraph(facts(info), "cm-explain-facts"));
  if (info.description) found.append(paragraph(info.description, "cm-explain-text"));
  return found;
}

const theme = EditorView.baseTheme({
  ".cm-explain": { maxWidth: "32rem", padding: "8px 12px", whiteSpace: "pre-wrap" },
  ".cm-explain-name": { fontWeight: "600" },
  ".cm-explain-facts": { opacity: "0.75" },
  ".cm-explain-text": { marginTop: "6px" },
});

/** Where in its line a key stands. */
function spanOf(line: string, key: string): [number, number] {
  const from = line.indexOf(key);
  return [from, from + key.length];
}

export function explanations(schema: () => Schema | undefined) {
  const tooltip = hoverTooltip((view, pos) => {
    const known = schema();
    const line = view.state.doc.lineAt(pos);
    const place = placeAt(view.state.doc.toString(), pos);
    if (!known || !place.key) return null;
    const [from, to] = spanOf(line.text, place.key);
    const info = explain(known, place);
    if (!info || pos < line.from + from || pos > line.from + to) return null;
    const at = { pos: line.from + from, end: line.from + to };
    return { ...at, create: () => ({ dom: explanation(info) }) };
  });
  return [tooltip, theme];
}
