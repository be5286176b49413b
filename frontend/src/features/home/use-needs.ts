/// Asks what the list of what needs somebody is made of.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMay } from "@/api/access";
import { approvalsQuery } from "@/api/approvals";
import { request, tenantPath } from "@/api/client";
import { executionKeys, executionsQuery } from "@/api/executions";
import { triggersQuery } from "@/api/triggers";
import type { Execution, LatestExecution } from "@/api/types";
import { usePolling } from "@/api/use-live";
import { useNow } from "@/lib/use-now";
import { LATE_AFTER_MS, type Need, needs } from "./attention";

const MOST = 100;

function latestQuery(tenant: string, failed: readonly Execution[]) {
  const flows = [...new Set(failed.map((one) => `${one.namespace}/${one.flowId}`))].sort();
  return queryOptions({
    queryKey: [...executionKeys.lists(tenant), "latest", flows],
    queryFn: ({ signal }) =>
      request<LatestExecution[]>(tenantPath(tenant, "executions", "latest"), {
        method: "POST",
        json: flows.map((flow) => {
          const [namespace, id] = flow.split("/");
          return { namespace, id };
        }),
        signal,
      }),
    enabled: flows.length > 0,
  });
}

export interface Needs {
  needs: readonly Need[];
  settled: boolean;
  error: Error | null;
  retry: () => void;
}

export function useNeeds(tenant: string, namespace: string | undefined, range: string): Needs {
  const now = useNow(30_000);
  const refetchInterval = usePolling(true);
  const may = useMay(tenant);
  const of = (states: string[], size = 20) =>
    executionsQuery(tenant, { namespace, states, page: 1, size });
  const failed = useQuery({
    ...executionsQuery(tenant, { namespace, states: ["FAILED"], range, page: 1, size: MOST }),
    refetchInterval,
  });
  const paused = useQuery({ ...of(["PAUSED"]), refetchInterval });
  const queued = useQuery({ ...of(["QUEUED"]), refetchInterval });
  const latest = useQuery(latestQuery(tenant, failed.data?.results ?? []));
  // Whole minutes, so that the question is not another one at each drawing.
  const minute = Math.floor((now - LATE_AFTER_MS) / 60_000) * 60_000;
  const due = useQuery({
    ...triggersQuery(tenant, {
      namespace,
      kind: "SCHEDULE",
      state: "ENABLED",
      dueBefore: new Date(minute).toISOString(),
      page: 1,
      size: 20,
    }),
    enabled: may("trigger.view"),
  });
  const requests = useQuery({
    ...approvalsQuery(tenant, "PENDING"),
    enabled: may("policy.approve"),
    refetchInterval,
  });
  const all = [failed, paused, queued];
  return {
    needs: needs(
      {
        failed: failed.data?.results ?? [],
        latest: latest.data ?? [],
        paused: paused.data?.results ?? [],
        queued: queued.data?.results ?? [],
        due: due.data?.results ?? [],
        requests: (requests.data?.results ?? []).filter((one) => within(one.namespace, namespace)),
      },
      now,
    ),
    settled: all.every((one) => one.isSuccess) && !(latest.isLoading && latest.isFetching),
    error: all.find((one) => one.error)?.error ?? null,
    retry: () => void Promise.all(all.map((one) => one.refetch())),
  };
}

/** A namespace stands for itself and for those below it. */
function within(place: string, namespace: string | undefined): boolean {
  return !namespace || place === namespace || place.startsWith(`${namespace}.`);
}
