/// Blueprints: flows to begin from.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import type { Page } from "./types";

export interface Blueprint {
  id: string;
  title: string;
  description: string;
  tags: string[];
  includedTasks: string[];
}

export interface BlueprintWithSource extends Blueprint {
  source: string;
}

const KIND = "FLOW";

/** All of them: there are few enough to search on the page, at once. */
export function blueprintsQuery(tenant: string) {
  return queryOptions({
    queryKey: [tenant, "blueprints"],
    queryFn: ({ signal }) =>
      request<Page<Blueprint>>(tenantPath(tenant, "blueprints", "community", KIND), {
        query: [["size", "1000"]],
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function blueprintQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [tenant, "blueprints", id],
    queryFn: ({ signal }) =>
      request<BlueprintWithSource>(tenantPath(tenant, "blueprints", "community", KIND, id), {
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
