/// Two sources put together by hand: theirs to look at and take over from, mine to edit.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { sourceTheme } from "./theme";

export interface SourceMergeProps {
  theirs: string;
  mine: string;
  unified: boolean;
  onChange: (text: string) => void;
}

const common = [lineNumbers(), yaml(), sourceTheme, EditorView.lineWrapping];

function named(label: string) {
  return EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" });
}

function open(host: HTMLElement, props: SourceMergeProps): () => void {
  const mine = [
    ...common,
    history(),
    keymap.of([...defaultKeymap, ...historyKeymap]),
    named("Yours"),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) props.onChange(update.state.doc.toString());
    }),
  ];
  if (props.unified) {
    const merge = unifiedMergeView({ original: props.theirs });
    const view = new EditorView({ parent: host, doc: props.mine, extensions: [mine, merge] });
    return () => view.destroy();
  }
  const theirs = [...common, named("Theirs"), EditorState.readOnly.of(true)];
  const view = new MergeView({
    parent: host,
    a: { doc: props.theirs, extensions: theirs },
    b: { doc: props.mine, extensions: mine },
    revertControls: "a-to-b",
    collapseUnchanged: { margin: 4, minSize: 8 },
  });
  return () => view.destroy();
}

export function SourceMerge({ theirs, mine, unified, onChange }: SourceMergeProps) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    if (!host.current) return;
    return open(host.current, {
      theirs,
      mine,
      unified,
      onChange: (text) => latest.current(text),
    });
  }, [theirs, mine, unified]);
  return <div ref={host} />;
}
