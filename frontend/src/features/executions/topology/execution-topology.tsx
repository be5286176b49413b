/// The picture of a flow with an execution running through it.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { executionGraphQuery } from "@/api/executions";
import type { TaskRun } from "@/api/types";
import { useExecution } from "@/features/executions/execution";
import { type NodeStatus, Topology } from "@/graph";
import { isTerminal, summarise } from "@/lib/states";
import { Problem } from "@/ui/problem";
import { Waiting } from "@/ui/waiting";

export function statusByTask(runs: readonly TaskRun[]): Map<string, NodeStatus> {
  const byTask = new Map<string, TaskRun[]>();
  for (const run of runs) byTask.set(run.taskId, [...(byTask.get(run.taskId) ?? []), run]);
  return new Map(
    [...byTask].map(([taskId, mine]) => {
      const state = summarise(mine.map((run) => run.state.current)) ?? "CREATED";
      const last = mine.at(-1)?.state;
      const endDate = last && isTerminal(last.current) ? last.histories.at(-1)?.date : undefined;
      return [taskId, { state, runs: mine.length, startDate: last?.histories[0]?.date, endDate }];
    }),
  );
}

export function ExecutionTopology() {
  const params = useParams({ from: "/$tenant/executions/$executionId/topology" });
  const navigate = useNavigate();
  const { data: execution } = useExecution(params.tenant, params.executionId);
  const graph = useQuery(executionGraphQuery(params.tenant, params.executionId));
  const runs = execution?.taskRunList;
  const status = useMemo(() => statusByTask(runs ?? []), [runs]);
  if (graph.error) {
    return (
      <div style={{ padding: 20 }}>
        <Problem error={graph.error} onRetry={() => void graph.refetch()} />
      </div>
    );
  }
  if (!graph.data) {
    return (
      <div style={{ padding: "0 20px" }}>
        <Waiting />
      </div>
    );
  }
  const open = (taskId: string) => {
    const run = runs?.findLast((one) => one.taskId === taskId);
    if (!run) return;
    void navigate({
      to: "/$tenant/executions/$executionId/gantt",
      params,
      search: { run: run.id },
    });
  };
  return <Topology graph={graph.data} status={status} onOpen={open} />;
}
