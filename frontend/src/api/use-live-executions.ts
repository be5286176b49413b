/// Keeps lists of executions fresh: events of the namespaces that the list can show.
import { useQuery } from "@tanstack/react-query";
import { executionKeys } from "./executions";
import type { Topic } from "./live";
import { namespacesQuery } from "./namespaces";
import { useLiveQueries } from "./use-live";

// A list over more namespaces than this refreshes by polling: a thousand topics for one page are not worth it.
const MOST_TOPICS = 40;

export function useLiveExecutions(tenant: string, namespace: string | undefined): void {
  const { data } = useQuery(namespacesQuery(tenant));
  const known = (data?.results ?? []).map((one) => one.id);
  const inScope = namespace
    ? [namespace, ...known.filter((id) => id.startsWith(`${namespace}.`))]
    : known;
  const topics = inScope.slice(0, MOST_TOPICS).map((id): Topic => `namespace:${id}`);
  // Executions per second can be many; a list that jumps oftener than this cannot be read.
  useLiveQueries(topics, [executionKeys.lists(tenant)], 1000);
}
