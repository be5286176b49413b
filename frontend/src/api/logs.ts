/// Log lines of an execution: the whole once, then only what came after the last line; and a search in all.
import {
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import { lastIndex, mergeLogs } from "@/logs/lines";
import { request, tenantPath } from "./client";
import { filter, RANGES } from "./filters";
import type { LogLine } from "./types";

// The server cuts long answers; one of at least this length may have more behind it.
const FULL_ANSWER = 1000;

function linesAfter(
  tenant: string,
  id: string,
  after: number | undefined,
  signal: AbortSignal,
): Promise<LogLine[]> {
  const cursor = after === undefined ? [] : ([["after", String(after)]] as const);
  return request<LogLine[]>(tenantPath(tenant, "logs", id), {
    query: [["minLevel", "TRACE"], ...cursor],
    signal,
  });
}

export function logsQuery(tenant: string, id: string, client: QueryClient) {
  const queryKey = [tenant, "logs", id] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ signal }): Promise<LogLine[]> => {
      let lines = client.getQueryData<LogLine[]>(queryKey) ?? [];
      for (;;) {
        const fresh = await linesAfter(tenant, id, lastIndex(lines), signal);
        lines = mergeLogs(lines, fresh);
        if (fresh.length < FULL_ANSWER || lastIndex(lines) === undefined) return lines;
      }
    },
    // Lines only ever arrive; comparing ten thousand of them deeply at each batch is wasted work.
    structuralSharing: false,
  });
}

/** The last thing that a run said as an error: why it failed, in its own words. */
export function lastErrorQuery(tenant: string, id: string, taskRunId: string) {
  return queryOptions({
    queryKey: [tenant, "logs", id, "last-error", taskRunId],
    queryFn: async ({ signal }): Promise<string | null> => {
      const lines = await request<LogLine[]>(tenantPath(tenant, "logs", id), {
        query: [
          ["minLevel", "ERROR"],
          ["taskRunId", taskRunId],
        ],
        signal,
      });
      return lines.at(-1)?.message ?? null;
    },
  });
}

export function logsDownloadPath(tenant: string, id: string): string {
  return tenantPath(tenant, "logs", id, "download");
}

export interface FoundLine extends LogLine {
  namespace: string;
  flowId: string;
  executionId: string;
  triggerId?: string;
}

export interface LogSearch {
  q?: string;
  level?: string;
  namespace?: string;
  flowId?: string;
  task?: string;
  range?: string;
}

interface FoundLines {
  results: FoundLine[];
  total: number;
  totalExact?: boolean;
  nextCursor?: string;
}

/** The newest first, page after page by a cursor: a million lines cost no more than a hundred. */
export function logSearchQuery(tenant: string, search: LogSearch) {
  return infiniteQueryOptions({
    queryKey: [tenant, "logs", "search", search],
    queryFn: ({ signal, pageParam }) => {
      const span = RANGES.find((range) => range.value === search.range)?.ms;
      const from = span ? new Date(Date.now() - span).toISOString() : undefined;
      return request<FoundLines>(tenantPath(tenant, "logs", "search"), {
        query: [
          ["size", "100"],
          ...(pageParam ? ([["after", pageParam]] as const) : []),
          ...filter("q", "EQUALS", search.q),
          ...filter("level", "GREATER_THAN_OR_EQUAL_TO", search.level),
          ...filter("namespace", search.flowId ? "EQUALS" : "PREFIX", search.namespace),
          ...filter("flowId", "EQUALS", search.flowId),
          ...filter("taskId", "EQUALS", search.task),
          ...filter("startDate", "GREATER_THAN_OR_EQUAL_TO", from),
        ],
        signal,
      });
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
  });
}
