/// What an execution and its tasks left behind, and what an expression makes of it.
import { IconTransform } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMay } from "@/api/access";
import { executionOutputsQuery, taskOutputsQuery } from "@/api/executions";
import type { Execution, TaskRun } from "@/api/types";
import { useExecution } from "@/features/executions/execution";
import { Card } from "@/ui/card";
import { Empty } from "@/ui/empty";
import { JsonTree } from "@/ui/json";
import { Problem } from "@/ui/problem";
import { StateIcon } from "@/ui/state";
import { Waiting } from "@/ui/waiting";
import { Evaluator } from "./evaluator";
import { FileLeaf, isStorageUri } from "./file-leaf";
import classes from "./outputs.module.css";

const FROM = "/$tenant/executions/$executionId/outputs";

export function Outputs() {
  const { tenant, executionId } = useParams({ from: FROM });
  const { run: chosenId } = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const { data: execution } = useExecution(tenant, executionId);
  // Trying an expression reads more than the page shows, and asks for that right.
  const edits = useMay(tenant, execution?.namespace)("execution.edit");
  if (!execution) {
    return (
      <div style={{ padding: "0 20px" }}>
        <Waiting />
      </div>
    );
  }
  const runs = execution.taskRunList ?? [];
  const chosen = runs.find((run) => run.id === chosenId);
  const pick = (run: string | undefined) => void navigate({ search: { run }, replace: true });
  return (
    <div className={classes.grid}>
      <nav className={classes.list} aria-label="Task runs">
        <button type="button" aria-current={!chosen} onClick={() => pick(undefined)}>
          <StateIcon state={execution.state.current} />
          <span>The whole execution</span>
        </button>
        {runs.map((run) => (
          <button
            key={run.id}
            type="button"
            aria-current={run.id === chosenId}
            onClick={() => pick(run.id)}
          >
            <StateIcon state={run.state.current} />
            <span>{run.taskId}</span>
            {run.value && <code className="mono">{run.value}</code>}
          </button>
        ))}
      </nav>
      <div className={classes.main}>
        {chosen ? (
          <RunOutputs tenant={tenant} execution={execution} run={chosen} />
        ) : (
          <WholeOutputs tenant={tenant} execution={execution} />
        )}
        {edits && <Evaluator key={chosen?.id} tenant={tenant} execution={execution} run={chosen} />}
      </div>
    </div>
  );
}

interface ValuesProps {
  tenant: string;
  execution: Execution;
  title: string;
  values: Record<string, unknown> | undefined;
  error: Error | null;
  none: string;
}

function ValuesCard({ tenant, execution, title, values, error, none }: ValuesProps) {
  if (error) return <Problem error={error} />;
  if (!values) return <Waiting rows={3} />;
  if (Object.keys(values).length === 0) {
    return (
      <Card title={title} flush>
        <Empty icon={<IconTransform size={22} />} title="No outputs">
          {none}
        </Empty>
      </Card>
    );
  }
  return (
    <Card title={title}>
      <JsonTree
        value={values}
        leaf={(value) =>
          isStorageUri(value) ? (
            <FileLeaf tenant={tenant} executionId={execution.id} uri={value} />
          ) : undefined
        }
      />
    </Card>
  );
}

function WholeOutputs({ tenant, execution }: { tenant: string; execution: Execution }) {
  const { data, error } = useQuery(executionOutputsQuery(tenant, execution.id));
  return (
    <ValuesCard
      tenant={tenant}
      execution={execution}
      title="Outputs of the execution"
      values={data}
      error={error}
      none="A flow returns values when its source has an “outputs” section. Choose a task to see what it returned."
    />
  );
}

interface RunOutputsProps {
  tenant: string;
  execution: Execution;
  run: TaskRun;
}

function RunOutputs({ tenant, execution, run }: RunOutputsProps) {
  const { data, error } = useQuery(taskOutputsQuery(tenant, execution.id, run.id));
  return (
    <ValuesCard
      tenant={tenant}
      execution={execution}
      title={run.value ? `Outputs of ${run.taskId} for ${run.value}` : `Outputs of ${run.taskId}`}
      values={data}
      error={error}
      none="This task returned nothing, or has not ended."
    />
  );
}
