/// Namespaces of a tenant.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import type { Namespace, Page } from "./types";

export function namespacesQuery(tenant: string) {
  return queryOptions({
    queryKey: [tenant, "namespaces"],
    queryFn: ({ signal }) =>
      request<Page<Namespace>>(tenantPath(tenant, "namespaces", "search"), {
        query: [
          ["page", "1"],
          ["size", "1000"],
          ["sort", "id:asc"],
        ],
        signal,
      }),
    staleTime: 60_000,
  });
}
