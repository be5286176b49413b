/// Which task runs of an execution left something.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { executionKeys } from "./executions";

export interface LeftOutput {
  taskId: string;
  taskRunId: string;
}

export function leftOutputsQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "outputs", "left"],
    queryFn: ({ signal }) =>
      request<LeftOutput[]>(tenantPath(tenant, "outputs", "tasks", id), { signal }),
    retry: false,
    // What has ended well leaves nothing more.
    staleTime: Number.POSITIVE_INFINITY,
  });
}
