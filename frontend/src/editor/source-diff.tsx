/// Two sources side by side, or one above the other on a small screen.
import { yaml } from "@codemirror/lang-yaml";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { sourceTheme } from "./theme";

export interface SourceDiffProps {
  before: string;
  after: string;
  unified: boolean;
}

const readOnly = (label: string) => [
  lineNumbers(),
  yaml(),
  sourceTheme,
  EditorState.readOnly.of(true),
  // Whoever judges a change has to see the ends of its lines too.
  EditorView.lineWrapping,
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
];
const collapseUnchanged = { margin: 4, minSize: 8 };

function open(host: HTMLElement, { before, after, unified }: SourceDiffProps): () => void {
  if (unified) {
    const merge = unifiedMergeView({
      original: before,
      mergeControls: false,
      collapseUnchanged,
    });
    const view = new EditorView({
      parent: host,
      doc: after,
      extensions: [readOnly("Changes"), merge],
    });
    return () => view.destroy();
  }
  const view = new MergeView({
    parent: host,
    a: { doc: before, extensions: readOnly("Before") },
    b: { doc: after, extensions: readOnly("After") },
    collapseUnchanged,
  });
  return () => view.destroy();
}

export function SourceDiff({ before, after, unified }: SourceDiffProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current) return;
    return open(host.current, { before, after, unified });
  }, [before, after, unified]);
  return <div ref={host} />;
}
