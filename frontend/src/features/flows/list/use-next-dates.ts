/// When each flow of a page starts next by itself: one question for all of them together.
import { useQuery } from "@tanstack/react-query";
import { nextDatesQuery } from "@/api/triggers";
import type { Flow, FlowKey } from "@/api/types";
import { usePolling } from "@/api/use-live";

export function useNextDates(
  tenant: string,
  flows: readonly Flow[],
): (flow: FlowKey) => string | undefined {
  const scheduled = flows.filter((flow) => !flow.disabled && flow.triggers?.length);
  const dates = useQuery({
    ...nextDatesQuery(tenant, scheduled),
    refetchInterval: usePolling(false),
  });
  return (flow) =>
    dates.data?.results.find(
      ({ state }) => state.namespace === flow.namespace && state.flowId === flow.id,
    )?.state.nextEvaluationDate;
}
