/// The problems of a source; each leads to its place.
import { IconAlertTriangle, IconCircleX, IconInfoCircle } from "@tabler/icons-react";
import type { Problem } from "@/editor/problems";
import classes from "./workbench.module.css";

const SIGNS = { error: IconCircleX, warning: IconAlertTriangle, info: IconInfoCircle };
const TONES = { error: "danger", warning: "warning", info: "running" };

interface ProblemsListProps {
  problems: readonly Problem[];
  onOpen: (line: number, column: number) => void;
}

export function ProblemsList({ problems, onOpen }: ProblemsListProps) {
  if (problems.length === 0) return null;
  return (
    <ul className={classes.problems} aria-label="Problems">
      {problems.map((problem, position) => {
        const Sign = SIGNS[problem.severity];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two problems may say the same of the same place.
          <li key={position}>
            <button type="button" onClick={() => onOpen(problem.line, problem.column)}>
              <span className={classes.sign} data-tone={TONES[problem.severity]}>
                <Sign size={15} aria-hidden />
              </span>
              <span className={classes.message}>{problem.message}</span>
              <span className={`numeric ${classes.place}`}>
                line {problem.line}, column {problem.column}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
