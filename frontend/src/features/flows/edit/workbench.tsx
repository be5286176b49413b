/// Source on the left, its topology on the right, its problems below.
import { Button, SegmentedControl, Skeleton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconAlertTriangle, IconCircleCheck, IconDeviceFloppy } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense, useCallback, useRef, useState } from "react";
import { askToSave } from "@/api/approvals";
import { inWords } from "@/editor/problems";
import type { YamlEditorHandle } from "@/editor/yaml-editor-props";
import { AskApproval } from "@/features/approvals/ask-approval";
import { Problem } from "@/ui/problem";
import { Picture } from "./picture";
import { ProblemsList } from "./problems-list";
import { useCatalogue } from "./use-catalogue";
import { type SourceChecks, useSourceChecks } from "./use-source-checks";
import classes from "./workbench.module.css";

const YamlEditor = lazy(() =>
  import("@/editor/yaml-editor").then((m) => ({ default: m.YamlEditor })),
);

export interface WorkbenchProps {
  tenant: string;
  source: string;
  changed: boolean;
  saving: boolean;
  refusal: Error | null;
  note: ReactNode;
  readOnly?: boolean;
  onChange: (source: string) => void;
  onSave: () => void;
}

export function Workbench(props: WorkbenchProps) {
  const { tenant, source, changed, saving, refusal, note, readOnly, onChange, onSave } = props;
  const narrow = useMediaQuery("(max-width: 900px)", undefined, { getInitialValueInEffect: false });
  const [side, setSide] = useState("source");
  const editor = useRef<YamlEditorHandle>(null);
  const catalogue = useCatalogue(tenant, source);
  const checks = useSourceChecks(tenant, source);
  // What is written changes with every key; what stands beside it must not be drawn anew for that.
  const written = useRef(source);
  written.current = source;
  const goTo = useCallback((line: number, column: number) => {
    setSide("source");
    editor.current?.goTo(line, column);
  }, []);
  const openTask = useCallback(
    (id: string) => {
      const line = lineOf(written.current, id);
      if (line) goTo(line, 1);
    },
    [goTo],
  );
  const save = () => {
    if (changed && !saving) onSave();
  };
  return (
    <div className={classes.bench}>
      <div className={classes.bar}>
        <Verdict checks={checks} onOpen={goTo} />
        <span className={classes.note}>{note}</span>
        {narrow && (
          <SegmentedControl
            size="xs"
            value={side}
            onChange={setSide}
            data={[
              { value: "source", label: "Source" },
              { value: "picture", label: "Topology" },
            ]}
          />
        )}
        {!readOnly && (
          <Button
            className={classes.save}
            leftSection={<IconDeviceFloppy size={15} />}
            loading={saving}
            disabled={!changed}
            onClick={save}
          >
            Save
          </Button>
        )}
      </div>
      {(refusal ?? checks.failure) && (
        <div className={classes.refusal}>
          <Problem error={(refusal ?? checks.failure) as Error} />
          <AskApproval
            tenant={tenant}
            refusal={refusal}
            again="save"
            ask={(why) => askToSave(tenant, source, why)}
          />
        </div>
      )}
      <div className={classes.halves}>
        <div className={classes.source} hidden={narrow && side !== "source"}>
          <div className={classes.editor}>
            <Suspense fallback={<Skeleton height="100%" radius={0} />}>
              <YamlEditor
                ref={editor}
                label="Source of the flow"
                value={source}
                problems={checks.problems}
                catalogue={catalogue}
                readOnly={readOnly}
                onChange={onChange}
                onSave={save}
              />
            </Suspense>
          </div>
          <ProblemsList problems={checks.problems} onOpen={goTo} />
        </div>
        <div className={classes.picture} hidden={narrow && side !== "picture"}>
          <Picture graph={checks.graph} stale={checks.stale} onOpen={openTask} />
        </div>
      </div>
    </div>
  );
}

interface VerdictProps {
  checks: SourceChecks;
  onOpen: (line: number, column: number) => void;
}

function Verdict({ checks, onOpen }: VerdictProps) {
  const first = checks.problems[0];
  const tone = !first ? "success" : first.severity === "error" ? "danger" : "warning";
  const Icon = first ? IconAlertTriangle : IconCircleCheck;
  return (
    <button
      type="button"
      className={classes.verdict}
      data-tone={checks.settled ? tone : "neutral"}
      aria-live="polite"
      onClick={() => first && onOpen(first.line, first.column)}
    >
      <Icon size={15} aria-hidden />
      {checks.settled ? inWords(checks.problems) : "Checking…"}
    </button>
  );
}

/** The line on which a task is declared, so that a click in the picture leads to the source. */
function lineOf(source: string, id: string): number | undefined {
  const lines = source.split("\n");
  const at = lines.findIndex((line) =>
    new RegExp(`^\\s*(- )?id:\\s*["']?${id}["']?\\s*$`).test(line),
  );
  return at < 0 ? undefined : at + 1;
}
