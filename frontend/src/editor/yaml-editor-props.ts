/// What the editor needs and offers; apart from the editor, so that a page can name it without loading it.
import type { Ref } from "react";
import type { Problem } from "./problems";
import type { Catalogue } from "./suggest";

export interface YamlEditorHandle {
  goTo: (line: number, column: number) => void;
}

export interface YamlEditorProps {
  value: string;
  problems: readonly Problem[];
  catalogue: Catalogue;
  label: string;
  /** To be read by whoever may not change it. */
  readOnly?: boolean;
  onChange: (source: string) => void;
  onSave: () => void;
  ref?: Ref<YamlEditorHandle>;
}
