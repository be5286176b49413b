/// How far an execution is: its task runs by state, and those that failed.
import { Link } from "@tanstack/react-router";
import type { Execution, TaskRun } from "@/api/types";
import { STATES, stateWord, toneOf } from "@/lib/states";
import { plural } from "@/lib/text";
import { Card } from "@/ui/card";
import { StateBadge, StateIcon } from "@/ui/state";
import { Took } from "@/ui/when";
import { FailureReason } from "./failure-reason";
import classes from "./overview.module.css";

export function TaskStates({ tenant, execution }: { tenant: string; execution: Execution }) {
  const runs = execution.taskRunList ?? [];
  if (runs.length === 0) return null;
  const counts = STATES.map(
    (state) => [state, runs.filter((run) => run.state.current === state).length] as const,
  ).filter(([, count]) => count > 0);
  const failed = runs.filter((run) => run.state.current === "FAILED");
  return (
    <Card
      title="Task runs"
      side={<span className={classes.type}>{plural(runs.length, "run")}</span>}
    >
      <div className={classes.proportions}>
        {counts.map(([state, count]) => (
          <span
            key={state}
            data-tone={toneOf(state)}
            style={{ flexGrow: count }}
            title={`${count} ${stateWord(state).toLowerCase()}`}
          />
        ))}
      </div>
      <div className={classes.legend}>
        {counts.map(([state, count]) => (
          <span key={state}>
            <StateIcon state={state} /> {count} {stateWord(state).toLowerCase()}
          </span>
        ))}
      </div>
      {failed.length > 0 && (
        <ul className={classes.failed}>
          {failed.slice(0, 10).map((run) => (
            <Failure key={run.id} tenant={tenant} executionId={execution.id} run={run} />
          ))}
        </ul>
      )}
    </Card>
  );
}

interface FailureProps {
  tenant: string;
  executionId: string;
  run: TaskRun;
}

function Failure({ tenant, executionId, run }: FailureProps) {
  const began = run.state.startDate ?? run.state.histories[0]?.date;
  return (
    <li>
      <StateBadge state={run.state.current} size="sm" />
      <strong>
        {run.taskId}
        {run.value ? ` [${run.value}]` : ""}
      </strong>
      <span className={classes.spent}>
        <Took from={began} to={run.state.endDate ?? run.state.histories.at(-1)?.date} />
      </span>
      <Link
        to="/$tenant/executions/$executionId/logs"
        params={{ tenant, executionId }}
        search={{ task: run.id }}
        className={classes.link}
      >
        Read its log
      </Link>
      <FailureReason tenant={tenant} executionId={executionId} taskRunId={run.id} />
    </li>
  );
}
