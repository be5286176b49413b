/// Keeps lists fresh: events of the namespaces that the list can show.
import { type QueryKey, useQuery } from "@tanstack/react-query";
import { executionKeys } from "./executions";
import { flowKeys } from "./flows";
import type { Topic } from "./live";
import { namespacesQuery } from "./namespaces";
import { useLiveQueries, usePolling } from "./use-live";

// A list over more namespaces than this refreshes by polling: a thousand topics for one page are not worth it.
const MOST_TOPICS = 40;

// Events per second can be many; a list that jumps oftener than this cannot be read.
const READABLE_MS = 1000;

export function useLiveExecutions(tenant: string, namespace: string | undefined): void {
  useLiveList(tenant, namespace, executionKeys.lists(tenant), "execution.changed");
}

export function useLiveFlows(tenant: string, namespace: string | undefined): void {
  useLiveList(tenant, namespace, flowKeys.lists(tenant), "flow.changed");
}

function useLiveList(
  tenant: string,
  namespace: string | undefined,
  key: QueryKey,
  type: string,
): void {
  // A namespace that others make while the list is open is heard of from then on.
  const { data } = useQuery({ ...namespacesQuery(tenant), refetchInterval: usePolling(true) });
  const known = (data?.results ?? []).map((one) => one.id);
  const inScope = namespace
    ? [namespace, ...known.filter((id) => id.startsWith(`${namespace}.`))]
    : known;
  const topics = inScope.slice(0, MOST_TOPICS).map((id): Topic => `namespace:${id}`);
  useLiveQueries(topics, [key], { every: READABLE_MS, type });
}
