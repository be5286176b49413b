/// Replays: what one would do, and doing it.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { executionKeys } from "./executions";
import type { QueryPair } from "./filters";
import type { Execution } from "./types";

export interface ForecastStep {
  taskId: string;
  taskRunId?: string | null;
  value?: string | null;
  state?: string | null;
}

type Lists = "reused" | "again" | "next" | "possible" | "dropped";

export interface Forecast extends Partial<Record<Lists, ForecastStep[]>> {
  flowRevision: number;
  counts: Partial<Record<Lists, number>>;
}

export interface ReplayWish {
  taskRunId?: string;
  latest: boolean;
  /** Inputs that take another value; the others stay. */
  form?: FormData;
}

function queryOf({ taskRunId, latest }: ReplayWish): QueryPair[] {
  return [
    ...(taskRunId ? ([["taskRunId", taskRunId]] as const) : []),
    ...(latest ? ([["latestRevision", "true"]] as const) : []),
  ];
}

export function forecastQuery(tenant: string, id: string, wish: ReplayWish) {
  const query = queryOf(wish);
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "forecast", query],
    queryFn: ({ signal }) =>
      request<Forecast>(tenantPath(tenant, "executions", id, "actions", "replay"), {
        method: "POST",
        query: [...query, ["dryRun", "true"]],
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });
}

export function replay(tenant: string, id: string, wish: ReplayWish): Promise<Execution> {
  const verb = wish.form ? "replay-with-inputs" : "replay";
  return request(tenantPath(tenant, "executions", id, "actions", verb), {
    method: "POST",
    query: queryOf(wish),
    form: wish.form,
  });
}
