/// The source editor. Loaded when it is opened; knows nothing of servers.
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  indentUnit,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  MatchDecorator,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { useEffect, useImperativeHandle, useRef } from "react";
import { explanations } from "./hover";
import { type Problem, rangeOf } from "./problems";
import { type Catalogue, suggest } from "./suggest";
import { sourceTheme } from "./theme";
import type { YamlEditorHandle, YamlEditorProps } from "./yaml-editor-props";

const expressions = new MatchDecorator({
  regexp: /\{\{.*?\}\}/g,
  decoration: Decoration.mark({ class: "cm-expression" }),
});

const expressionMarks = ViewPlugin.define(
  (view) => ({
    marks: expressions.createDeco(view),
    update(update: ViewUpdate) {
      this.marks = expressions.updateDeco(update, this.marks);
    },
  }),
  { decorations: (plugin) => plugin.marks },
);

const KINDS = { key: "property", type: "class", name: "variable", function: "function" } as const;

function completions(catalogue: () => Catalogue) {
  return (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const empty = line.text.slice(0, context.pos - line.from).trim() === "";
    if (empty && !context.explicit) return null;
    const found = suggest(context.state.doc.toString(), context.pos, catalogue());
    if (!found) return null;
    return {
      from: context.pos - found.replace,
      options: found.options.map(({ label, kind, detail }) => ({
        label,
        detail,
        type: KINDS[kind],
      })),
      validFor: /^[\w-]*$/,
    };
  };
}

interface Callbacks {
  onChange: (source: string) => void;
  onSave: () => void;
  catalogue: () => Catalogue;
}

/** Tells the editor that the key is dealt with. */
function save(callbacks: Callbacks): true {
  callbacks.onSave();
  return true;
}

function extensions(callbacks: Callbacks, label: string) {
  return [
    lineNumbers(),
    foldGutter(),
    lintGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("  "),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    EditorState.tabSize.of(2),
    autocompletion({ override: [completions(callbacks.catalogue)], icons: false }),
    yaml(),
    expressionMarks,
    explanations(() => callbacks.catalogue().schema),
    sourceTheme,
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) callbacks.onChange(update.state.doc.toString());
    }),
    keymap.of([
      { key: "Mod-s", preventDefault: true, run: () => save(callbacks) },
      ...defaultKeymap,
      ...historyKeymap,
      ...searchKeymap,
      ...foldKeymap,
      ...completionKeymap,
      ...lintKeymap,
      indentWithTab,
    ]),
  ];
}

function showProblems(view: EditorView, problems: readonly Problem[]): void {
  const text = view.state.doc.toString();
  const diagnostics = problems.map((problem) => ({
    ...rangeOf(text, problem),
    severity: problem.severity,
    message: problem.message,
  }));
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

function handleOf(view: () => EditorView | undefined): YamlEditorHandle {
  return {
    goTo: (line, column) => {
      const editor = view();
      if (!editor) return;
      const at = rangeOf(editor.state.doc.toString(), {
        severity: "info",
        message: "",
        line,
        column,
      });
      editor.dispatch({
        selection: { anchor: at.from },
        effects: EditorView.scrollIntoView(at.from, { y: "center" }),
      });
      editor.focus();
    },
  };
}

export function YamlEditor({
  value,
  problems,
  catalogue,
  label,
  readOnly = false,
  onChange,
  onSave,
  ref,
}: YamlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const writing = useRef(new Compartment());
  const latest = useRef({ onChange, onSave, catalogue, value, label, readOnly });
  latest.current = { onChange, onSave, catalogue, value, label, readOnly };
  useEffect(() => {
    if (!host.current) return;
    const callbacks: Callbacks = {
      onChange: (source) => latest.current.onChange(source),
      onSave: () => latest.current.onSave(),
      catalogue: () => latest.current.catalogue,
    };
    const editor = new EditorView({
      parent: host.current,
      doc: latest.current.value,
      extensions: [
        writing.current.of(EditorState.readOnly.of(latest.current.readOnly)),
        extensions(callbacks, latest.current.label),
      ],
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);
  useEffect(() => {
    const editor = view.current;
    // Only text that came from elsewhere (a reload, a restored revision) replaces what is in the editor.
    if (editor && editor.state.doc.toString() !== value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
    }
  }, [value]);
  useEffect(() => {
    const effects = writing.current.reconfigure(EditorState.readOnly.of(readOnly));
    view.current?.dispatch({ effects });
  }, [readOnly]);
  useEffect(() => {
    if (view.current) showProblems(view.current, problems);
  }, [problems]);
  useImperativeHandle(ref, () => handleOf(() => view.current), []);
  return <div ref={host} style={{ height: "100%", minHeight: 0 }} />;
}
