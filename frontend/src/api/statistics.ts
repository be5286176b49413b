/// How executions have been doing: counts over time, a flow's grid, numbers that tasks measure.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { executionKeys } from "./executions";
import { executionQuery, RANGES } from "./filters";
import type { FlowKey } from "./types";

export interface Bucket {
  start: string;
  states: Record<string, number>;
}

export interface Statistics {
  from: string;
  to: string;
  bucketSeconds: number;
  totals: Record<string, number>;
  buckets: Bucket[];
}

export interface StatisticsSearch {
  namespace?: string;
  range: string;
}

const PARTS: Record<string, number> = { PT1H: 30, PT24H: 24, P7D: 28, P30D: 30 };

export function statisticsQuery(tenant: string, search: StatisticsSearch) {
  return queryOptions({
    queryKey: [...executionKeys.lists(tenant), "statistics", search],
    queryFn: ({ signal }) => {
      const now = Date.now();
      const span = RANGES.find((one) => one.value === search.range)?.ms ?? 86_400_000;
      return request<Statistics>(tenantPath(tenant, "executions", "statistics"), {
        query: [
          ["from", new Date(now - span).toISOString()],
          ["to", new Date(now).toISOString()],
          ["buckets", String(PARTS[search.range] ?? 24)],
          ...executionQuery({ namespace: search.namespace }, now),
        ],
        signal,
      });
    },
    placeholderData: keepPreviousData,
  });
}

export interface GridCell {
  taskRunId: string;
  states: Record<string, number>;
  startDate: string | null;
  endDate: string | null;
}

export interface GridExecution {
  id: string;
  state: string;
  flowRevision: number;
  triggerId: string | null;
  startDate: string;
  endDate: string | null;
  tasks: Record<string, GridCell>;
}

export interface FlowGridAnswer {
  tasks: string[];
  executions: GridExecution[];
}

export function gridQuery(tenant: string, flow: FlowKey, size: number) {
  return queryOptions({
    queryKey: [...executionKeys.lists(tenant), "grid", flow, size],
    queryFn: ({ signal }) =>
      request<FlowGridAnswer>(
        tenantPath(tenant, "executions", "flows", flow.namespace, flow.id, "grid"),
        { query: [["size", String(size)]], signal },
      ),
    placeholderData: keepPreviousData,
  });
}

export interface MetricSeries {
  groupBy: string;
  aggregations: { name: string; value: number; date: string }[];
}

export function metricNamesQuery(tenant: string, flow: FlowKey) {
  return queryOptions({
    queryKey: [tenant, "metrics", flow.namespace, flow.id, "names"],
    queryFn: ({ signal }) =>
      request<string[]>(tenantPath(tenant, "metrics", "names", flow.namespace, flow.id), {
        signal,
      }),
  });
}

export interface SeriesSearch {
  metric: string;
  aggregation: string;
  range: string;
}

export function metricSeriesQuery(tenant: string, flow: FlowKey, search: SeriesSearch) {
  return queryOptions({
    queryKey: [tenant, "metrics", flow.namespace, flow.id, "series", search],
    queryFn: ({ signal }) => {
      const span = RANGES.find((one) => one.value === search.range)?.ms ?? 86_400_000;
      return request<MetricSeries>(
        tenantPath(tenant, "metrics", "aggregates", flow.namespace, flow.id, search.metric),
        {
          query: [
            ["aggregation", search.aggregation],
            ["startDate", new Date(Date.now() - span).toISOString()],
          ],
          signal,
        },
      );
    },
    placeholderData: keepPreviousData,
  });
}
