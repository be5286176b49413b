/// The last runs of each flow of a page: two questions for all of them together.
import { useQuery } from "@tanstack/react-query";
import { latestQuery, recentRunsQuery } from "@/api/executions";
import type { Execution, Flow, FlowKey, LatestExecution } from "@/api/types";
import { usePolling } from "@/api/use-live";

export interface FlowRuns {
  /** Newest last. */
  recent: readonly Execution[];
  latest: LatestExecution | undefined;
}

export function useRuns(tenant: string, flows: readonly Flow[]): (flow: FlowKey) => FlowRuns {
  const refetchInterval = usePolling(false);
  const recent = useQuery({ ...recentRunsQuery(tenant, flows), refetchInterval });
  const latest = useQuery({ ...latestQuery(tenant, flows), refetchInterval });
  return (flow) => {
    const mine = (recent.data?.results ?? []).filter(
      (run) => run.namespace === flow.namespace && run.flowId === flow.id,
    );
    return { recent: mine.toReversed(), latest: newest(mine, latest.data ?? [], flow) };
  };
}

function newest(
  recent: readonly Execution[],
  latest: readonly LatestExecution[],
  flow: FlowKey,
): LatestExecution | undefined {
  const run = recent[0];
  if (!run) {
    return latest.find((one) => one.namespace === flow.namespace && one.flowId === flow.id);
  }
  const began = run.state.startDate ?? run.state.histories[0]?.date ?? "";
  return { ...flow, id: run.id, flowId: flow.id, startDate: began, status: run.state.current };
}
