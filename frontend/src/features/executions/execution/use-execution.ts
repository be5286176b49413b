/// One execution, kept fresh while it runs.
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { executionDetailQuery, executionHeadQuery, executionKeys } from "@/api/executions";
import type { Execution } from "@/api/types";
import { useLiveQueries, usePolling } from "@/api/use-live";
import { isTerminal } from "@/lib/states";

export function useExecution(tenant: string, id: string): UseQueryResult<Execution> {
  const execution = useQuery(executionDetailQuery(tenant, id));
  const live = execution.data !== undefined && !isTerminal(execution.data.state.current);
  const polling = usePolling(true);
  return useQuery({
    ...executionDetailQuery(tenant, id),
    refetchInterval: live ? polling : false,
  });
}

/** An execution as soon as anything is known of it: with its task runs when they have come. */
export function useExecutionHead(tenant: string, id: string): UseQueryResult<Execution> {
  const whole = useExecution(tenant, id);
  const head = useQuery({ ...executionHeadQuery(tenant, id), enabled: !whole.data });
  return whole.data || whole.error || !head.data ? whole : head;
}

/** What changes while an execution runs; its graph stays what it was. */
export function useLiveExecution(tenant: string, id: string): void {
  const one = executionKeys.one(tenant, id);
  useLiveQueries(
    [`execution:${id}`],
    [
      [...one, "detail"],
      [...one, "why"],
      [...one, "outputs"],
      [...one, "metrics"],
    ],
  );
}
